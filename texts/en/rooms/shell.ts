import type { LocaleOf } from '../../locale.ts'
import type { shell as ja } from '../../ja/rooms/shell.ts'

export const shell: LocaleOf<typeof ja> = {
  rooms: 'Rooms',
  search: 'Search',
  searchPlaceholder: 'Search commands, datasets, experiments, settings',
  nothingFound: 'Nothing was found. Try other words.',
  running: 'Experiment under way',
  palette: { commands: 'Commands', rooms: 'Go to' },
  noHost: { title: 'Not connected to the studio', text: 'Open it again from the link that the terminal shows.' },
}
