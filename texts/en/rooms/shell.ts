import type { LocaleOf } from '../../locale.ts'
import type { shell as ja } from '../../ja/rooms/shell.ts'

export const shell: LocaleOf<typeof ja> = {
  rooms: 'Rooms',
  search: 'Search',
  searchPlaceholder: 'Search commands, datasets, experiments, settings',
  nothingFound: 'Nothing was found. Try other words.',
  running: 'Experiment under way',
  palette: { commands: 'Commands', rooms: 'Go to' },
  lost: {
    text: 'The connection to the studio was lost and is being restored. If the studio has ended, start it again in the terminal. Until then changes are not saved.',
    retry: 'Connect now',
  },
  renewed: {
    title: 'Open the studio with a new link',
    text: 'The studio was started anew. Open the new link that its terminal or this command prints, or paste it here.',
    link: 'New link',
    open: 'Open',
    wrong: 'This is not a link. Paste the line that begins with "http://127.0.0.1:".',
  },
  noHost: { title: 'Not connected to the studio', text: 'Open it again from the link that the terminal shows.' },
}
