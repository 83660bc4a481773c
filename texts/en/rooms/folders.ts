import type { LocaleOf } from '../../locale.ts'
import type { folders as ja } from '../../ja/rooms/folders.ts'

export const folders: LocaleOf<typeof ja> = {
  title: 'Choose a folder',
  help: 'Any folder inside your home folder can be chosen.',
  path: 'Current folder',
  home: 'Home',
  list: 'Folders',
  empty: 'There are no folders in here.',
  cut: 'There are many folders: only the first {count} are shown.',
  up: 'Up one folder',
  make: 'New folder',
  name: 'Name of the new folder',
  create: 'Create',
  use: 'Use "{folder}"',
}
