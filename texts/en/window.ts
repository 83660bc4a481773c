import type { LocaleOf } from '../locale.ts'
import type { window as ja } from '../ja/window.ts'

export const window: LocaleOf<typeof ja> = {
  gone: 'The window has stopped twice.',
  goneHelp: 'Open it again. If it keeps stopping, close other applications to free memory.',
  reopen: 'Open again',
  close: 'Close',
  hung: 'The window does not respond.',
  hungHelp: 'Wait a little, or open it again. A training that runs goes on.',
  wait: 'Wait',
}
