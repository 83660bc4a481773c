import type { LocaleOf } from '../../locale.ts'
import { chat as japanese } from '../../ja/rooms/chat.ts'

const { asTaught, without, short, mistyped, shortest, hello, toyota } = japanese.suggestions

export const chat: LocaleOf<typeof japanese> = {
  room: { title: 'Chat', hint: 'Answers before and after training' },
  title: 'Chat',
  conversation: 'Conversation',
  left: 'Model on the left',
  right: 'Model on the right',
  choose: 'Choose a model',
  new: 'New conversation',
  settings: 'Answer settings',
  reset: 'Reset',
  send: 'Send',
  stop: 'Stop',
  question: 'Question',
  placeholder: 'Ask a question',
  hint: 'Enter sends, Shift+Enter begins a new line',
  carriesOn: 'Take the conversation so far into account',
  waiting: 'Waiting for the answer',
  noAnswer: '(no answer)',
  tokens_one: '{count} token',
  tokens_other: '{count} tokens',
  speed: '{speed} tokens/s',
  separator: ' · ',
  dropped_one: '{count} earlier turn was too long and left out',
  dropped_other: '{count} earlier turns were too long and left out',
  finish: {
    stop: 'complete',
    length: 'cut off at the maximum length',
    context: "cut off at the model's limit",
    cancelled: 'stopped',
  },
  sources: { experiments: 'Trained models', models: 'Base models', experiment: 'from {model} · {when}' },
  empty: {
    title: 'Compare the answers to one question',
    text: 'The base model answers on the left, the trained one on the right. Ask about what you taught.',
    untrained:
      'Nothing is trained yet, so only the base model answers. Seeing its answers now makes the change easy to notice later.',
    train: 'Go and train',
  },
  suggestions: {
    title: 'Example questions',
    taught: 'What the tutorial teaches (one question in five wordings)',
    others: 'What it does not teach (the answers should stay the same)',
    // The models speak Japanese: the questions are the same in both languages.
    asTaught,
    without,
    short,
    mistyped,
    shortest,
    hello,
    toyota,
  },
}
