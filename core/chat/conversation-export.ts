import { text, type Language } from '../../texts/index.ts'
import {
  textOfAnswer,
  turnsTo,
  type Conversation,
  type ConversationAnswer,
  type ConversationFormat,
} from '../contract/index.ts'

/** The branch in view as a text that people read, or as data in OpenAI's form of messages, a list for each column. */
export const exportedConversation = (
  conversation: Conversation,
  format: ConversationFormat,
  language: Language,
): string => (format === 'markdown' ? asMarkdown(conversation, language) : asJson(conversation))

function asMarkdown({ name, system, turns, current }: Conversation, language: Language): string {
  const words = text(language).rooms.chat.exported
  const path = turnsTo(turns, current)
  return [
    `# ${name}`,
    ...(system === '' ? [] : [`## ${words.system}`, system]),
    ...path.flatMap(({ question, answers }) => [
      `## ${words.question}`,
      question,
      ...answers.flatMap((answer) => [`### ${nameOf(answer, words.withoutAdapter)}`, textOfAnswer(answer.state)]),
    ]),
    '',
  ].join('\n\n')
}

const nameOf = ({ by }: ConversationAnswer, withoutAdapter: string): string =>
  by.source.kind === 'experiment' && by.source.adapter === 'off' ? `${by.name} (${withoutAdapter})` : by.name

function asJson({ name, createdAt, system, turns, current }: Conversation): string {
  const path = turnsTo(turns, current)
  const columns = Math.max(0, ...path.map(({ answers }) => answers.length))
  const conversations = Array.from({ length: columns }, (_, column) => {
    const answered = path.filter(({ answers }) => answers[column])
    return {
      model: answered.at(-1)?.answers[column]?.by.name ?? '',
      messages: [
        ...(system === '' ? [] : [{ role: 'system', content: system }]),
        ...answered.flatMap(({ question, answers }) => [
          { role: 'user', content: question },
          { role: 'assistant', content: textOfAnswer((answers[column] as ConversationAnswer).state) },
        ]),
      ],
    }
  })
  return `${JSON.stringify({ name, createdAt, conversations }, null, 2)}\n`
}
