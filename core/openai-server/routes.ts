import type { IncomingMessage, ServerResponse } from 'node:http'
import { UserError, type AppError } from '../contract/index.ts'
import { isForUs, keyOf } from './access.ts'
import { answerAll, listEntries, type Answered, type StudioParts } from './answering.ts'
import { readBody } from './body.ts'
import { findEntry } from './catalogue.ts'
import { errorObject, failureOf, toldOf } from './errors.ts'
import { EventStream, sendJson, type Headers } from './http.ts'
import type { ApiKeys } from './key.ts'
import type { Limits } from './limits.ts'
import { shown } from './parameters.ts'
import type { Queue } from './queue.ts'
import { readChat, readCompletion, type Asked } from './requests.ts'
import { chunk, headOf, modelObject, remarksOf, usageChunk, usageOf, wholeResponse, type Kind } from './responses.ts'

export interface Served {
  readonly studio: StudioParts
  readonly keys: () => ApiKeys
  readonly queue: Queue
  readonly limits: Limits
  /** An error in the user's language; a bug is written to the log. */
  readonly word: (error: AppError, cause: unknown) => string
  /** A request with the right key has come, or has ended. */
  readonly onRequest: (phase: 'begun' | 'ended') => void
  readonly now: () => number
}

/** Answers a request, whatever it is. */
export async function answerRequest(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  try {
    await admit(request, served)
    served.onRequest('begun')
    try {
      await route(request, response, { served, signal: gone.signal })
    } finally {
      served.onRequest('ended')
    }
  } catch (error) {
    if (!gone.signal.aborted) sendError(request, response, { error, served })
  }
}

/** Throws UserError 'api/foreign', 'api/no-key' or 'api/wrong-key'. */
async function admit(request: IncomingMessage, { keys }: Served): Promise<void> {
  if (!isForUs(request)) throw new UserError('api/foreign')
  const key = keyOf(request)
  if (key === null) throw new UserError('api/no-key')
  if (!(await keys().accepts(key))) throw new UserError('api/wrong-key')
}

interface Context {
  readonly served: Served
  readonly signal: AbortSignal
}

const MODEL = '/v1/models/'

async function route(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*$/s, '')
  const { served } = context
  if (path === '/v1/models') {
    require(request, 'GET')
    const entries = await listEntries(served.studio)
    return sendJson(response, 200, { object: 'list', data: entries.map(modelObject) })
  }
  if (path.startsWith(MODEL)) {
    require(request, 'GET')
    const entry = findEntry(await listEntries(served.studio), decoded(path.slice(MODEL.length)))
    return sendJson(response, 200, modelObject(entry))
  }
  if (path === '/v1/chat/completions' || path === '/v1/completions') {
    require(request, 'POST')
    const kind: Kind = path === '/v1/completions' ? 'text' : 'chat'
    const body = await readBody(request, served.limits)
    return complete(response, { kind, asked: kind === 'chat' ? readChat(body) : readCompletion(body) }, context)
  }
  if (path === '/v1/embeddings') throw new UserError('api/no-embeddings')
  throw new UserError('api/no-route', { path: shown(path) })
}

function require({ method }: IncomingMessage, wanted: 'GET' | 'POST'): void {
  if (method !== wanted) throw new UserError('api/method', { method: wanted })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

interface Wanted {
  readonly kind: Kind
  readonly asked: Asked
}

/** Waits for a place, and answers. The place is free as soon as the client is gone. */
async function complete(response: ServerResponse, { kind, asked }: Wanted, { served, signal }: Context): Promise<void> {
  const { id, source } = findEntry(await listEntries(served.studio), asked.model)
  const cameAt = served.now()
  const giveBack = await served.queue.enter(asked.questions.length * asked.choices, signal)
  const queuedMs = served.now() - cameAt
  const answer = answerOf(response, { kind, asked, id, queuedMs }, served)
  try {
    const answers: Answered[] = []
    await answerAll(
      served.studio,
      { source, asked, signal },
      {
        onText: answer.onText,
        onDone(place, answered) {
          answers[place] = answered
          answer.onDone(place, answered)
        },
      },
    ).catch((error: unknown) => explain(error, { served, model: asked.model }))
    answer.end(answers)
  } finally {
    giveBack()
  }
}

/** A model that was deleted meanwhile is not there: that says more than which of its files is missing. */
async function explain(
  error: unknown,
  { served, model }: { readonly served: Served; readonly model: string },
): Promise<never> {
  findEntry(await listEntries(served.studio), model)
  throw error
}

interface AnswerWriter {
  readonly onText: (place: number, text: string) => void
  readonly onDone: (place: number, answered: Answered) => void
  readonly end: (answers: readonly Answered[]) => void
}

interface Known extends Wanted {
  readonly id: string
  readonly queuedMs: number
}

const headersOf = (queuedMs: number): Headers => ({ 'x-terakoya-queued-ms': String(Math.round(queuedMs)) })

function answerOf(response: ServerResponse, { kind, asked, id, queuedMs }: Known, served: Served): AnswerWriter {
  const head = headOf(kind, id, Date.now())
  if (!asked.isStreamed)
    return {
      onText: () => {},
      onDone: () => {},
      end(answers) {
        const remarks = remarksOf(answers, queuedMs)
        sendJson(
          response,
          200,
          wholeResponse(head, { answers, usage: usageOf(answers, asked), remarks }),
          headersOf(queuedMs),
        )
      },
    }
  const stream = new EventStream(response, served.limits.maxUnreadBytes)
  const begun = new Set<number>()
  const begin = (place: number) => {
    if (!stream.hasBegun) stream.begin(headersOf(queuedMs))
    if (!begun.has(place) && kind === 'chat') stream.send(chunk(head, place, { text: null }))
    begun.add(place)
  }
  return {
    onText(place, text) {
      begin(place)
      stream.send(chunk(head, place, { text }))
    },
    onDone(place, answered) {
      if (answered.answer.finish === 'cancelled') return
      begin(place)
      const remarks = remarksOf([answered], queuedMs)
      stream.send(chunk(head, place, { finish: answered.answer.finish, remarks }))
    },
    end(answers) {
      if (asked.includesUsage) stream.send(usageChunk(head, usageOf(answers, asked)))
      stream.send('[DONE]')
      stream.end()
    },
  }
}

/** What is still coming of the request is not read. In a stream the error is its last piece, as OpenAI's clients expect. */
function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  { error, served }: { readonly error: unknown; readonly served: Served },
): void {
  const failure = failureOf(error)
  const told = toldOf(failure)
  const object = errorObject(failure, served.word(failure, error))
  if (response.headersSent) {
    response.end(`data: ${JSON.stringify(object)}\n\n`)
    return
  }
  sendJson(response, told.status, object, {
    ...(told.status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(told.status === 405 && { allow: String(failure.facts['method']) }),
    ...(told.retryAfterSeconds !== undefined && { 'retry-after': String(told.retryAfterSeconds) }),
    ...(!request.complete && { connection: 'close' }),
  })
}
