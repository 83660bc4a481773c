import type { LocaleOf } from '../locale.ts'
import type { names as ja } from '../ja/names.ts'

export const names: LocaleOf<typeof ja> = {
  newDataset: 'New dataset',
  sample: 'Sample',
  template: 'Template',
  column: 'Column {number}',
  blank: '(blank)',
}
