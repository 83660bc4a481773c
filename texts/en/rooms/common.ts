import type { LocaleOf } from '../../locale.ts'
import type { common as ja } from '../../ja/rooms/common.ts'

export const common: LocaleOf<typeof ja> = {
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  undo: 'Undo',
  details: 'Details',
  retry: 'Try again',
  rename: 'Rename',
  remove: 'Delete',
  copy: 'Copy',
  copied: 'Copied',
  more: 'More actions',
  loading: 'Loading',
  notices: 'Notices',
  increase: 'Increase {label}',
  decrease: 'Decrease {label}',
  resizeList: 'Width of the list',
  duration: { hours: '{hours} h {minutes} min', minutes: '{minutes} min {seconds} s', seconds: '{seconds} s' },
}
