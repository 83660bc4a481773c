// Conversations written as JSON in one cell: OpenAI's messages and ShareGPT's conversations.
import { z } from 'zod'
import type { Turn } from './sample-format.ts'

/** A conversation as turns of question and answer, oldest first. */
export interface Turns {
  readonly system?: string
  readonly turns: readonly Turn[]
}

/**
 * `conversation-unreadable`: no JSON list of messages with a known role and a text; `conversation-unanswered`: no
 * question that is answered.
 */
export type ConversationIssue = 'conversation-unreadable' | 'conversation-unanswered'

type Role = 'system' | 'user' | 'assistant'
interface Message {
  readonly role: Role
  readonly content: string
}

const roles: ReadonlyMap<string, Role> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['human', 'user'],
  ['prompter', 'user'],
  ['assistant', 'assistant'],
  ['gpt', 'assistant'],
  ['chatgpt', 'assistant'],
  ['bot', 'assistant'],
  ['model', 'assistant'],
])

const RoleName = z.string().transform((name, context): Role => {
  const role = roles.get(name.trim().toLowerCase())
  if (role) return role
  context.addIssue({ code: 'custom', message: 'unknown role' })
  return z.NEVER
})
const Content = z.union([
  z.string(),
  z
    .array(z.object({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map(({ text }) => text).join('')),
])
const MessageList = z.array(
  z.union([
    z.object({ role: RoleName, content: Content }),
    z.object({ from: RoleName, value: z.string() }).transform(({ from, value }) => ({ role: from, content: value })),
  ]),
)
const Cell = z.union([
  MessageList.transform((messages) => ({ messages, system: undefined })),
  z.object({ messages: MessageList, system: z.string().optional() }),
  z
    .object({ conversations: MessageList, system: z.string().optional() })
    .transform(({ conversations, system }) => ({ messages: conversations, system })),
])

const JOINER = '\n\n'

/**
 * Reads a cell with a conversation: `[{"role": "user", "content": …}]` (OpenAI), `[{"from": "human", "value": …}]`
 * (ShareGPT), or an object that holds such a list as `messages` or `conversations`. Messages of the same side in a row
 * are joined by an empty line; an answer without a question before it and a question without an answer at the end are
 * left out.
 */
export function readConversation(cell: string): Turns | { readonly issue: ConversationIssue } {
  const parsed = Cell.safeParse(parseJson(cell))
  if (!parsed.success) return { issue: 'conversation-unreadable' }
  const { messages } = parsed.data
  const system = [
    parsed.data.system ?? '',
    ...messages.filter(({ role }) => role === 'system').map(({ content }) => content),
  ]
    .filter((text) => text !== '')
    .join(JOINER)
  const turns = turnsOf(messages).filter(({ answer }) => answer.trim() !== '')
  return turns.length === 0 ? { issue: 'conversation-unanswered' } : { turns, ...(system === '' ? {} : { system }) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: { prompts: string[]; answers: string[] }[] = []
  for (const { role, content } of messages) {
    const turn = turns.at(-1)
    if (role === 'user' && (!turn || turn.answers.length > 0)) turns.push({ prompts: [content], answers: [] })
    else if (role === 'user') turn?.prompts.push(content)
    else if (role === 'assistant') turn?.answers.push(content)
  }
  return turns.map(({ prompts, answers }) => ({ prompt: prompts.join(JOINER), answer: answers.join(JOINER) }))
}
