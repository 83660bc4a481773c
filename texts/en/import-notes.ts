import type { importNotes as ja } from '../ja/import-notes.ts'
import type { LocaleOf } from '../locale.ts'

export const importNotes: LocaleOf<typeof ja> = {
  'entry-chosen': '"{entry}" is read (there is also {others}). Choose another one if that is wrong.',
  unreadable:
    '{count} characters cannot be read and become "�" (rows {rows}). Choose another encoding, or correct those rows.',
  'unreadable-names': '{count} characters of the column names cannot be read and become "�". Check the encoding.',
}
