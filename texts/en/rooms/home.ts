import type { LocaleOf } from '../../locale.ts'
import type { home as ja } from '../../ja/rooms/home.ts'

export const home: LocaleOf<typeof ja> = {
  room: { title: 'Home', hint: 'The steps, and this computer' },
  heading: 'Teach a Japanese model with your own data',
  lead: 'Write questions and answers into a table and press one button. Training and conversation happen on this computer only.',
  stepsTitle: 'Your first training',
  done: 'Done',
  machine: 'This computer',
  recent: 'Recent experiments',
  noRecent: 'Runs are listed here once you start one.',
  loss: 'Loss {value}',
  steps: {
    data: {
      title: 'Prepare the data',
      text: 'A table of the questions and answers to teach. Start with the sample that comes along.',
      act: 'Open the sample',
      again: 'See the data',
    },
    settings: {
      title: 'Check the settings',
      text: 'The preset "First try" is filled in and works as it is.',
      act: 'Open the settings',
    },
    train: {
      title: 'Train',
      text: 'Press "Start training" and watch the loss fall towards 0.',
      act: 'Start training',
      again: 'Watch the training',
    },
    chat: {
      title: 'Try it in the chat',
      text: 'The model before and after the training answer the same question side by side.',
      act: 'Compare the answers',
      before: 'See the answers before',
    },
    own: {
      title: 'Teach your own data',
      text: 'Write your own questions and answers into the template and train again.',
      act: 'Open the template',
    },
  },
}
