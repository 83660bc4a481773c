import type { importNotes as ja } from '../ja/import-notes.ts'
import type { LocaleOf } from '../locale.ts'

export const importNotes: LocaleOf<typeof ja> = {
  'sheet-with-columns':
    'Sheet "{sheet}" was chosen, because "{passedOver}" has no columns for questions and answers. Choose another sheet if that is wrong.',
  'sheet-hidden':
    'The hidden sheet "{sheet}" was chosen, because the visible ones are empty. Choose another sheet if that is wrong.',
  'entry-chosen': '"{entry}" is read (there is also {others}). Choose another one if that is wrong.',
  unreadable:
    '{count} characters cannot be read and become "�" (rows {rows}). Choose another encoding, or correct those rows.',
  'unreadable-names': '{count} characters of the column names cannot be read and become "�". Check the encoding.',
}
