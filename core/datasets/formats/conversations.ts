import { createHash } from 'node:crypto'
import { tryJson } from './json-text.ts'

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Keys under which OpenAI's fine-tuning and ShareGPT keep a conversation's messages. */
const LIST_KEYS = ['messages', 'conversations', 'conversation'] as const

const sides: ReadonlyMap<string, 'system' | 'prompt' | 'answer'> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'prompt'],
  ['human', 'prompt'],
  ['prompter', 'prompt'],
  ['assistant', 'answer'],
  ['gpt', 'answer'],
  ['chatgpt', 'answer'],
  ['bot', 'answer'],
  ['model', 'answer'],
])

interface Turn {
  readonly prompt: string[]
  readonly answer: string[]
}

/**
 * Columns of a conversation's rows; a record's own key of such a name is given `record_` before it, but for its id and
 * system text.
 */
export const TURN_COLUMNS: readonly string[] = ['conversation_id', 'id', 'parent_id', 'system', 'prompt', 'answer']

const JOINER = '\n\n'
const ID_CHARACTERS = 12

/** The key of a record's conversation, a list or its JSON; undefined where it holds none. */
export const conversationKey = (record: Json): string | undefined =>
  LIST_KEYS.find((key) => Object.hasOwn(record, key) && messagesOf(record[key]) !== null)

/** A record of a list of messages that stands by itself, under the key that tells its form; null for other values. */
export function conversationRecord(value: unknown): Json | null {
  const messages = Array.isArray(value) ? messagesOf(value) : null
  return messages && { [messages.some((message) => 'from' in message) ? 'conversations' : 'messages']: messages }
}

/** The messages of a list, or of a text that is the JSON of one. */
function messagesOf(value: unknown): readonly Json[] | null {
  if (typeof value === 'string') return value.startsWith('[') ? messagesOf(tryJson(value)) : null
  const isList =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (message) => isObject(message) && (typeof message['role'] === 'string' || typeof message['from'] === 'string'),
    )
  return isList ? (value as readonly Json[]) : null
}

/**
 * Makes rows of the conversations of records that follow each other: one for every question and its answer, in order,
 * `parent_id` naming the `id` of the row before it; the system text and the record's other keys stand in each. Messages
 * of one side in a row are joined by an empty line; a question without an answer and an answer without a question keep
 * the other cell missing. Ids are made of the contents, so that rows of several files can be put together. A
 * conversation that rows cannot hold (other roles, images, tool calls) stays whole in its cell, as does a record
 * without one.
 */
export function conversationUnfolder(): (record: Json) => Iterable<Json> {
  const seen = new Map<string, number>()
  return (record) => {
    const key = conversationKey(record)
    const turns = key === undefined ? null : turnsOf(messagesOf(record[key]) ?? [])
    if (key === undefined || !turns) return [record]
    const base = createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, ID_CHARACTERS)
    const copies = (seen.get(base) ?? 0) + 1
    seen.set(base, copies)
    return rowsOf(record, { key, ...turns, name: copies === 1 ? base : `${base}x${copies}` })
  }
}

interface Unfolded {
  readonly key: string
  readonly name: string
  readonly system: string
  readonly turns: readonly Turn[]
}

function* rowsOf(record: Json, { key, name, system, turns }: Unfolded): Generator<Json> {
  const own = typeof record['system'] === 'string' ? record['system'] : ''
  const used = [key, 'id', ...(own === '' ? [] : ['system'])]
  const others = Object.fromEntries(
    Object.entries(record)
      .filter(([name]) => !used.includes(name))
      .map(([name, value]) => [TURN_COLUMNS.includes(name) ? `record_${name}` : name, value]),
  )
  const wholeSystem = [own, system].filter((text) => text !== '').join(JOINER)
  for (const [index, { prompt, answer }] of turns.entries()) {
    yield {
      conversation_id: record['id'] ?? name,
      id: `${name}-${index + 1}`,
      parent_id: index === 0 ? null : `${name}-${index}`,
      system: wholeSystem === '' ? null : wholeSystem,
      prompt: prompt.length === 0 ? null : prompt.join(JOINER),
      answer: answer.length === 0 ? null : answer.join(JOINER),
      ...others,
    }
  }
}

/** Null where a message has another role, or more than a text. */
function turnsOf(messages: readonly Json[]): { readonly system: string; readonly turns: readonly Turn[] } | null {
  const system: string[] = []
  const turns: Turn[] = []
  for (const message of messages) {
    const side = sides.get(
      String(message['role'] ?? message['from'])
        .trim()
        .toLowerCase(),
    )
    const text = textOf(message['content'] ?? message['value'])
    if (!side || text === null || message['tool_calls'] !== undefined) return null
    if (side === 'system') {
      system.push(text)
      continue
    }
    const last = turns.at(-1)
    const isNext = !last || (side === 'prompt' && last.answer.length > 0)
    const turn = isNext ? { prompt: [], answer: [] } : last
    if (isNext) turns.push(turn)
    turn[side].push(text)
  }
  return turns.length === 0 ? null : { system: system.join(JOINER), turns }
}

/** A message's text: a string, or OpenAI's list of text parts. */
function textOf(content: unknown): string | null {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  const parts = content.map((part) =>
    isObject(part) && part['type'] === 'text' && typeof part['text'] === 'string' ? part['text'] : null,
  )
  return parts.includes(null) ? null : parts.join('')
}
