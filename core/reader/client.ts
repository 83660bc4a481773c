import { basename } from 'node:path'
import pLimit from 'p-limit'
import { UserError, type AppError } from '../contract/errors.ts'
import type { EngineExit, EnginePort } from '../processes/port.ts'
import {
  CPU_LIMIT_MS,
  MEMORY_LIMIT_BYTES,
  ReaderReply,
  resultSchemas,
  TIME_LIMIT_MS,
  type ReaderMethod,
  type ReaderParams,
  type ReaderRequest,
  type ReaderResult,
} from './protocol.ts'

/** Starts a reader's process; each host has its own way. */
export type SpawnReader = () => EnginePort

/**
 * Reads what comes with a model in processes of their own, with limits of time and memory: those files may be hostile.
 */
export interface ModelReader {
  /**
   * Rejects with UserError: what is wrong with the files, or 'model/too-slow', 'model/too-large', 'model/unreadable'
   * {model}.
   */
  call<M extends ReaderMethod>(method: M, params: ReaderParams[M]): Promise<ReaderResult<M>>
  /** Ends every process; calls in flight reject with 'model/unreadable'. */
  close(): void
}

/**
 * So many models are read at once; lists take one fewer (`MAX_LISTED_AT_ONCE`), so that one that is asked for by itself
 * does not wait for theirs.
 */
const MAX_READERS = 3
/** A process that nobody asks ends after this. */
const IDLE_MS = 60_000

type Outcome =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'time' | 'memory' }
  | { readonly kind: 'crash'; readonly detail: string }

interface Reader {
  readonly port: EnginePort
  /** Told what becomes of the request under way. */
  settle: ((outcome: Outcome) => void) | null
  /** Of the request under way, or of the last. */
  requestId: number
  folder: string
  idle: NodeJS.Timeout | null
}

/** The host's side of the readers: starts a process on demand, and kills one that goes beyond its limits. */
export function createModelReader(spawn: SpawnReader, timeLimitMs = TIME_LIMIT_MS): ModelReader {
  const idle = new Set<Reader>()
  const all = new Set<Reader>()
  const inTurn = pLimit(MAX_READERS)
  let nextId = 1
  let isClosed = false

  function discard(reader: Reader, outcome: Outcome): void {
    if (reader.idle) clearTimeout(reader.idle)
    idle.delete(reader)
    if (all.delete(reader)) reader.port.kill()
    reader.settle?.(outcome)
  }

  function start(): Reader {
    const reader: Reader = { port: spawn(), settle: null, requestId: 0, folder: '', idle: null }
    all.add(reader)
    listen(reader, (outcome) => discard(reader, outcome))
    return reader
  }

  async function ask(reader: Reader, method: ReaderMethod, params: ReaderParams[ReaderMethod]): Promise<Outcome> {
    if (reader.idle) clearTimeout(reader.idle)
    idle.delete(reader)
    Object.assign(reader, { folder: params.folder, requestId: nextId++, idle: null })
    const outcome = await answerOf(reader, { id: reader.requestId, method, params }, timeLimitMs)
    if (outcome.kind === 'result' || outcome.kind === 'error') rest(reader)
    else discard(reader, outcome)
    return outcome
  }

  function rest(reader: Reader): void {
    if (!all.has(reader)) return
    idle.add(reader)
    reader.idle = setTimeout(() => discard(reader, { kind: 'crash', detail: 'idle' }), IDLE_MS).unref()
  }

  /**
   * A process keeps memory of what it read before: a request that was too much for it has a second try in a fresh one.
   */
  async function askTwice(method: ReaderMethod, params: ReaderParams[ReaderMethod]): Promise<Outcome> {
    if (isClosed) return { kind: 'crash', detail: 'closed' }
    const used = bestOf(idle, params.folder)
    const outcome = await ask(used ?? start(), method, params)
    return used && !isClosed && isProcessFailure(outcome) ? ask(start(), method, params) : outcome
  }

  return {
    async call(method, params) {
      const model = basename(params.folder)
      const outcome = await inTurn(() => askTwice(method, params))
      if (outcome.kind !== 'result') throw failure(outcome, model)
      return parsedResult(method, outcome.result, model) as never
    },
    close() {
      isClosed = true
      for (const reader of all) discard(reader, { kind: 'crash', detail: 'closed' })
    },
  }
}

/** What may be due to what the process had read before. */
const isProcessFailure = ({ kind }: Outcome): boolean => kind === 'memory' || kind === 'crash'

/** An idle process, if possible the one that knows the model. */
const bestOf = (idle: ReadonlySet<Reader>, folder: string): Reader | undefined =>
  [...idle].find((reader) => reader.folder === folder) ?? [...idle][0]

function listen(reader: Reader, onExit: (outcome: Outcome) => void): void {
  reader.port.onMessage((message) => {
    const outcome = outcomeOf(message, reader.requestId)
    if (outcome && reader.settle) reader.settle(outcome)
  })
  reader.port.onExit((exit) => onExit(outcomeOfExit(exit)))
}

/** Sends a request to a process and waits for what becomes of it. */
async function answerOf(reader: Reader, request: ReaderRequest, timeLimitMs: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  const outcome = await new Promise<Outcome>((resolve) => {
    reader.settle = resolve
    timer = setTimeout(() => resolve({ kind: 'time' }), timeLimitMs)
    reader.port.send(request)
  })
  clearTimeout(timer)
  reader.settle = null
  return outcome
}

/** Throws UserError 'model/unreadable' for a result that is not what the method gives. */
function parsedResult(method: ReaderMethod, result: unknown, model: string): unknown {
  const parsed = resultSchemas[method].safeParse(result)
  if (!parsed.success)
    throw new UserError('model/unreadable', { model, reason: parsed.error.issues[0]?.path.join('.') ?? '' })
  return parsed.data
}

/** Null for a message that is not about this request. */
function outcomeOf(message: unknown, requestId: number): Outcome | null {
  const { success, data } = ReaderReply.safeParse(message)
  if (!success) return { kind: 'crash', detail: 'protocol' }
  if (data.type === 'ended')
    return data.reason === 'crash' ? { kind: 'crash', detail: data.detail } : { kind: data.reason }
  if (data.id !== requestId) return null
  return data.type === 'result' ? { kind: 'result', result: data.result } : { kind: 'error', error: data.error }
}

/** How V8 ends a process whose heap is full, and how systems end one when memory is short. */
const OUT_OF_MEMORY = new Set(['SIGKILL', 'SIGABRT', 'SIGTRAP', 'exit 134', 'exit 133'])

const outcomeOfExit = ({ reason }: EngineExit): Outcome =>
  OUT_OF_MEMORY.has(reason) ? { kind: 'memory' } : { kind: 'crash', detail: reason }

function failure(outcome: Exclude<Outcome, { kind: 'result' }>, model: string): UserError {
  switch (outcome.kind) {
    case 'error':
      return new UserError(outcome.error.code, {
        ...outcome.error.facts,
        ...(outcome.error.code === 'model/unreadable' ? { model } : {}),
      })
    case 'time':
      return new UserError('model/too-slow', { model, seconds: CPU_LIMIT_MS / 1000 })
    case 'memory':
      return new UserError('model/too-large', { model, megabytes: MEMORY_LIMIT_BYTES / 1e6 })
    case 'crash':
      return new UserError('model/unreadable', { model, reason: outcome.detail })
  }
}
