import { z } from 'zod'
import {
  defaultSettings,
  generationSettingsOf,
  settingOf,
  UserError,
  type ChatMessage,
  type GenerationSettings,
} from '../contract/index.ts'
import { chatParameters, completionParameters, parametersOf, shown } from './parameters.ts'

/** A request as the studio answers it. */
export interface Asked {
  /** As the client names it. */
  readonly model: string
  /** One a question: a conversation, or a text to go on with. */
  readonly questions: readonly { readonly messages: readonly ChatMessage[]; readonly text?: string }[]
  /** Answers to each question. */
  readonly choices: number
  readonly settings: GenerationSettings
  readonly stop: readonly string[]
  readonly isStreamed: boolean
  readonly includesUsage: boolean
}

/** The body of `/v1/chat/completions`. Throws UserError for what is wrong, named. */
export function readChat(body: unknown): Asked {
  const given = parametersOf(chatParameters, body, ['model', 'messages'])
  const messages = (given.messages ?? []).map(messageOf)
  const maxTokens = given.max_completion_tokens ?? given.max_tokens
  return { ...sharedOf(given, maxTokens), questions: [{ messages }] }
}

/** The body of `/v1/completions`: the text goes to the model as it stands. */
export function readCompletion(body: unknown): Asked {
  const given = parametersOf(completionParameters, body, ['model', 'prompt'])
  const prompts = [given.prompt ?? []].flat()
  return { ...sharedOf(given, given.max_tokens), questions: prompts.map((text) => ({ messages: [], text })) }
}

type Given = ReturnType<typeof parametersOf<Omit<typeof chatParameters, 'messages' | 'max_completion_tokens'>>>

function sharedOf(given: Given, maxTokens: number | undefined): Omit<Asked, 'questions'> {
  const isStreamed = given.stream ?? false
  if (given.stream_options !== undefined && !isStreamed)
    throw new UserError('api/value', { name: 'stream_options', expected: '"stream": true' })
  return {
    model: given.model ?? '',
    choices: given.n ?? 1,
    settings: settingsOf(given, maxTokens),
    stop: [given.stop ?? []].flat(),
    isStreamed,
    includesUsage: given.stream_options?.include_usage ?? false,
  }
}

const DEFAULT_MAX_TOKENS = 512
const SEEDS = 2 ** 31

/**
 * Without temperature and top_p the likeliest tokens are taken, as everywhere in the studio: a model says what it was
 * taught.
 */
function settingsOf(given: Given, maxTokens = DEFAULT_MAX_TOKENS): GenerationSettings {
  const { temperature, top_p: topP } = given
  const most = settingOf('prediction.max_length_inference') as { readonly max: number }
  const isSampled = (temperature ?? (topP === undefined ? 0 : 1)) > 0 && topP !== 0
  return {
    ...generationSettingsOf(defaultSettings()),
    'prediction.do_sample': isSampled,
    'prediction.temperature': temperature ?? 1,
    'prediction.top_p': Math.max(topP ?? 1, (settingOf('prediction.top_p') as { readonly min: number }).min),
    'prediction.top_k': given.top_k ?? 0,
    'prediction.min_p': given.min_p ?? 0,
    'prediction.repetition_penalty': given.repetition_penalty ?? 1,
    // A longer answer ends at the studio's limit, and says so.
    'prediction.max_length_inference': Math.min(maxTokens, most.max),
    'prediction.seed': given.seed === undefined ? -1 : ((given.seed % SEEDS) + SEEDS) % SEEDS,
  }
}

const roles = { system: 'system', developer: 'system', user: 'user', assistant: 'assistant' } as const
const Part = z.looseObject({ type: z.string() })
const TextPart = z.strictObject({ type: z.literal('text'), text: z.string() })
/** Of a message that a client sends back as it got it. */
const emptyFields = new Set(['refusal', 'annotations', 'audio', 'tool_calls', 'function_call'])

/** Throws UserError 'api/tools', 'api/part', 'api/unknown-parameter', 'api/value'. */
function messageOf(message: Readonly<Record<string, unknown>>, index: number): ChatMessage {
  const { role, content, name, ...others } = message
  const at = `messages[${index}]`
  if (role === 'tool' || role === 'function') throw new UserError('api/tools', { name: `${at}.role` })
  if (typeof role !== 'string' || !Object.hasOwn(roles, role))
    throw new UserError('api/value', { name: `${at}.role`, expected: Object.keys(roles).join(' / ') })
  if (name !== undefined && typeof name !== 'string')
    throw new UserError('api/value', { name: `${at}.name`, expected: 'string' })
  for (const [field, value] of Object.entries(others)) {
    if (!emptyFields.has(field)) throw new UserError('api/unknown-parameter', { name: `${at}.${shown(field)}` })
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0)
    if (!isEmpty) throw new UserError('api/tools', { name: `${at}.${field}` })
  }
  return { role: roles[role as keyof typeof roles], content: textOf(content, at) }
}

function textOf(content: unknown, at: string): string {
  if (typeof content === 'string') return content
  const parts = z.array(Part).safeParse(content)
  if (!parts.success)
    throw new UserError('api/value', { name: `${at}.content`, expected: 'string / [{"type": "text", "text": …}, …]' })
  return parts.data
    .map((part, index) => {
      const text = TextPart.safeParse(part)
      if (text.success) return text.data.text
      throw new UserError('api/part', { name: `${at}.content[${index}]`, type: shown(part.type) })
    })
    .join('')
}
