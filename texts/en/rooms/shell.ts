import type { LocaleOf } from '../../locale.ts'
import type { shell as ja } from '../../ja/rooms/shell.ts'

export const shell: LocaleOf<typeof ja> = {
  rooms: 'Rooms',
  search: 'Search',
  searchPlaceholder: 'Search commands, datasets, experiments, settings',
  nothingFound: 'Nothing was found. Try other words.',
  running: 'Experiment under way',
  hints: {
    home: 'The steps, and this computer',
    datasets: 'Tables of questions and answers',
    experiments: 'Settings and results of training',
    chat: 'Answers before and after training',
    models: 'Models that training starts from',
    settings: 'Appearance and library',
  },
  palette: {
    commands: 'Commands',
    rooms: 'Go to',
    datasets: 'Datasets',
    experiments: 'Experiments',
    settings: 'Training settings',
  },
  commands: {
    newConversation: 'New conversation',
    toggleTheme: 'Switch between light and dark',
    useThisLanguage: 'Switch to English',
    chooseLibrary: 'Choose the library folder',
  },
  noHost: { title: 'Not connected to the studio', text: 'Open it again from the link that the terminal shows.' },
}
