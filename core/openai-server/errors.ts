import { toAppError, type AppError, type ErrorCode } from '../contract/index.ts'
import { EngineGone } from '../engine/engine-client.ts'

/** How an error is told: HTTP's status, and OpenAI's type and code. */
interface Told {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly retryAfterSeconds?: number
}

const invalid = (code: string | null, status = 400): Told => ({ status, type: 'invalid_request_error', code })
const later = (code: string, retryAfterSeconds: number, status = 503): Told => ({
  status,
  type: status === 429 ? 'rate_limit_error' : 'server_error',
  code,
  retryAfterSeconds,
})

const MEMORY_RETRY_SECONDS = 30
const ENGINE_RETRY_SECONDS = 2

const told: { readonly [C in ErrorCode]?: Told } = {
  'api/foreign': { status: 403, type: 'permission_error', code: 'forbidden_origin' },
  'api/no-key': invalid('missing_api_key', 401),
  'api/wrong-key': invalid('invalid_api_key', 401),
  'api/no-route': invalid('unknown_url', 404),
  'api/method': invalid('method_not_allowed', 405),
  'api/no-embeddings': { status: 501, type: 'invalid_request_error', code: 'not_supported' },
  'api/content-type': invalid('unsupported_media_type', 415),
  'api/too-large': invalid('request_too_large', 413),
  'api/incomplete': invalid('incomplete_request'),
  'api/bad-json': invalid('invalid_json'),
  'api/too-deep': invalid('invalid_json'),
  'api/unknown-parameter': invalid('unknown_parameter'),
  'api/unsupported': invalid('unsupported_parameter'),
  'api/tools': invalid('unsupported_parameter'),
  'api/part': invalid('unsupported_content'),
  'api/missing': invalid('missing_required_parameter'),
  'api/value': invalid('invalid_value'),
  'api/model-unknown': invalid('model_not_found', 404),
  'api/model-twice': invalid('model_ambiguous'),
  'api/busy': later('too_many_requests', 1, 429),
  'chat/too-long': invalid('context_length_exceeded'),
  'chat/no-question': invalid('invalid_value'),
  'experiment/untrained': later('model_not_ready', MEMORY_RETRY_SECONDS),
  'runtime/out-of-memory': later('out_of_memory', MEMORY_RETRY_SECONDS),
  'engine/unavailable': later('engine_unavailable', ENGINE_RETRY_SECONDS),
}

/** The failure of a request: where it is not the client's to mend, the code of the studio. */
export function toldOf({ code }: AppError): Told {
  const known = told[code]
  if (known) return known
  if (code === 'internal') return { status: 500, type: 'server_error', code: 'internal_error' }
  return invalid(code)
}

/** An engine that went away in the middle is there again at the next request. */
export const failureOf = (error: unknown): AppError =>
  error instanceof EngineGone ? { code: 'engine/unavailable', facts: { reason: error.exit.reason } } : toAppError(error)

/** OpenAI's error object. `param` is the name of what is wrong in the request, where it is known. */
export const errorObject = (error: AppError, message: string): object => {
  const { type, code } = toldOf(error)
  const { name } = error.facts
  return { error: { message, type, param: typeof name === 'string' ? name : null, code } }
}
