import type { RowTexts } from '../roles.ts'
import { isObject, type Json } from './conversations.ts'
import { tryJson } from './json-text.ts'

/** What ShareGPT calls the sides of a conversation; other roles are OpenAI's own. */
const roles: ReadonlyMap<string, string> = new Map([
  ['human', 'user'],
  ['prompter', 'user'],
  ['gpt', 'assistant'],
  ['chatgpt', 'assistant'],
  ['bot', 'assistant'],
  ['model', 'assistant'],
  ['observation', 'tool'],
  ['function_response', 'tool'],
  ['tool_response', 'tool'],
])
const TOOL_CALL = 'function_call'
const JOINER = '\n\n'

/** Other columns that OpenAI's fine-tuning takes beside the messages. */
export const BESIDE: readonly string[] = ['tools', 'functions', 'parallel_tool_calls']

/** What stands in a row beside its conversation, by the names of `BESIDE`. */
export type Beside = Readonly<Record<string, string | null>>

/**
 * A row as OpenAI's fine-tuning and the trainers have it: messages with `role` and `content`, the system text first, the
 * tools beside them. A conversation that is no JSON stays what it is, so that nothing is lost.
 */
export function conversationRecord(rows: readonly RowTexts[], beside: Beside): object {
  const [first] = rows
  const system = first?.system ?? ''
  if (first?.conversation === undefined)
    return {
      messages: withSystem(
        rows.flatMap(({ prompt, answer }) => [
          { role: 'user', content: prompt },
          { role: 'assistant', content: answer },
        ]),
        system,
      ),
      ...besideOf(beside),
    }
  const value = tryJson(first.conversation)
  const whole = isObject(value) ? value : {}
  const turns = Array.isArray(value) ? value : (whole['messages'] ?? whole['conversations'])
  if (!Array.isArray(turns)) return { conversation: first.conversation }
  const own = [system, whole['system']].filter((text): text is string => typeof text === 'string' && text !== '')
  return {
    messages: withSystem(turns.map(messageOf), [...new Set(own)].join(JOINER)),
    ...besideOf({ ...(whole as Beside), ...beside }),
  }
}

/** Chat templates take one system message, the first. */
function withSystem(messages: readonly unknown[], system: string): readonly unknown[] {
  if (system === '') return messages
  const [first, ...rest] = messages
  if (!isObject(first) || first['role'] !== 'system' || typeof first['content'] !== 'string')
    return [{ role: 'system', content: system }, ...messages]
  const { content } = first
  return [{ ...first, content: content === system ? content : [system, content].join(JOINER) }, ...rest]
}

function messageOf(turn: unknown): unknown {
  if (!isObject(turn)) return turn
  const { from, value, role = from, content = value, ...others } = turn
  const name = String(role).trim().toLowerCase()
  const call = name === TOOL_CALL && typeof content === 'string' ? tryJson(content) : undefined
  if (isObject(call)) return { role: 'assistant', ...others, tool_calls: [{ type: 'function', function: call }] }
  return {
    role: name === TOOL_CALL ? 'assistant' : (roles.get(name) ?? role),
    ...(content !== undefined && { content }),
    ...others,
  }
}

function besideOf(beside: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(
    BESIDE.flatMap((name) => {
      const value = beside[name]
      if (value === null || value === undefined || value === '') return []
      return [[name, typeof value === 'string' ? (tryJson(value) ?? value) : value]]
    }),
  )
}
