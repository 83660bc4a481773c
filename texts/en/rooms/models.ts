import type { LocaleOf } from '../../locale.ts'
import type { models as ja } from '../../ja/rooms/models.ts'

export const models: LocaleOf<typeof ja> = {
  room: { title: 'Models', hint: 'Models that training starts from' },
  title: 'Models',
  damaged: 'Cannot be read',
  reading: 'Being examined…',
  summary: '{parameters} parameters · {size}',
  shipped: 'Comes with the studio and works without the internet.',
  chat: 'Try it in the chat',
  card: 'Description',
  notice: 'Sources and licences',
  noCard: 'This model has no description.',
  tokens_one: '{count, number} token',
  tokens_other: '{count, number} tokens',
  vocabulary_one: '{count, number} entry',
  vocabulary_other: '{count, number} entries',
  empty: { title: 'No models', text: 'Models in the folder "models" of the library appear here.' },
  exactly: '{short} ({exact})',
  facts: {
    family: 'Family',
    parameters: 'Parameters',
    size: 'Size',
    context: 'Context length',
    vocabulary: 'Vocabulary',
    licence: 'Licence',
    folder: 'Place',
  },
}
