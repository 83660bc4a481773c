// Which of OpenAI's parameters are taken, which change nothing here, and which are refused by their name.
import { z } from 'zod'
import { UserError } from '../contract/index.ts'

const NAME_CHARACTERS = 64
const MAX_STOPS = 16
const MAX_STOP_CHARACTERS = 200
/** Answers to one request. */
export const MAX_CHOICES = 8
/** A seed is any whole number. */
const seed = z.number().int()

/** A parameter that is taken, with the words for what it may be: numbers and names only, for every language. */
interface Taken {
  readonly schema: z.ZodType
  readonly expected: string
}
const stopText = z.string().min(1).max(MAX_STOP_CHARACTERS)

const shared = {
  model: { schema: z.string().min(1).max(200), expected: 'string' },
  stream: { schema: z.boolean(), expected: 'true / false' },
  stream_options: {
    schema: z.strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() }),
    expected: '{"include_usage": true / false}',
  },
  max_tokens: { schema: z.number().int().min(1), expected: '1, 2, 3 …' },
  temperature: { schema: z.number().min(0).max(2), expected: '0 – 2' },
  top_p: { schema: z.number().min(0).max(1), expected: '0 – 1' },
  top_k: { schema: z.number().int().min(0).max(1000), expected: '0 – 1000' },
  min_p: { schema: z.number().min(0).max(1), expected: '0 – 1' },
  repetition_penalty: { schema: z.number().min(1).max(10), expected: '1 – 10' },
  n: { schema: z.number().int().min(1).max(MAX_CHOICES), expected: `1 – ${MAX_CHOICES}` },
  stop: {
    schema: z.union([stopText, z.array(stopText).max(MAX_STOPS)]),
    expected: `string / [string, …] (${MAX_STOPS} × ${MAX_STOP_CHARACTERS})`,
  },
  seed: { schema: seed, expected: '…, -1, 0, 1, …' },
} satisfies Record<string, Taken>

/** Role and content are looked at one by one, for a sentence of their own. */
const Message = z.looseObject({ role: z.string() })

export const chatParameters = {
  ...shared,
  max_completion_tokens: shared.max_tokens,
  messages: { schema: z.array(Message).min(1).max(10_000), expected: '[{"role": …, "content": …}, …]' },
} satisfies Record<string, Taken>

const prompt = z.string().min(1)
export const completionParameters = {
  ...shared,
  prompt: { schema: z.union([prompt, z.array(prompt).min(1).max(MAX_CHOICES)]), expected: 'string / [string, …]' },
} satisfies Record<string, Taken>

/** What has to do with accounts and costs, or only says what is so anyway. It changes no answer. */
export const harmless: ReadonlySet<string> = new Set([
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'parallel_tool_calls',
])

const isNothing = (value: unknown): boolean =>
  value === 0 || value === false || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)

/** What this server cannot do: taken where the value asks for nothing. */
export const refused: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...Object.fromEntries(
    [
      'frequency_penalty',
      'presence_penalty',
      'logit_bias',
      'logprobs',
      'top_logprobs',
      'echo',
      'suffix',
      'tools',
      'functions',
      'audio',
      'prediction',
      'reasoning_effort',
      'verbosity',
      'web_search_options',
      'function_call',
    ].map((name) => [name, isNothing]),
  ),
  best_of: (value) => value === 1,
  tool_choice: (value) => value === 'none' || value === 'auto',
  response_format: (value) => z.object({ type: z.literal('text') }).safeParse(value).success,
  modalities: (value) => z.tuple([z.literal('text')]).safeParse(value).success,
}

const TOOLS = new Set(['tools', 'functions', 'tool_choice', 'function_call'])

type Values<T extends Record<string, Taken>> = { readonly [N in keyof T]?: z.infer<T[N]['schema']> }

/**
 * The parameters of a request by their names; null is the same as left out. Throws UserError for the first that is
 * wrong: 'api/unknown-parameter', 'api/unsupported', 'api/tools', 'api/value', 'api/missing'.
 */
export function parametersOf<T extends Record<string, Taken>>(
  taken: T,
  body: unknown,
  required: readonly (keyof T & string)[],
): Values<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new UserError('api/bad-json')
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    if (value === null || harmless.has(name)) continue
    const known = Object.hasOwn(taken, name) ? taken[name] : undefined
    if (known) values[name] = checked(name, known, value)
    else refuse(name, value)
  }
  for (const name of required) if (values[name] === undefined) throw new UserError('api/missing', { name })
  return values as Values<T>
}

function checked(name: string, { schema, expected }: Taken, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new UserError('api/value', { name, expected })
  return parsed.data
}

function refuse(name: string, value: unknown): void {
  const asksForNothing = Object.hasOwn(refused, name) ? refused[name] : undefined
  if (!asksForNothing) throw new UserError('api/unknown-parameter', { name: shown(name) })
  if (asksForNothing(value)) return
  throw new UserError(TOOLS.has(name) ? 'api/tools' : 'api/unsupported', { name })
}

/** What a client wrote, as it may stand in a sentence. */
export const shown = (text: string): string => {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\uFFFD')
  return plain.length > NAME_CHARACTERS ? `${plain.slice(0, NAME_CHARACTERS)}…` : plain
}
