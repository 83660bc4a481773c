// Ollama's HTTP API: https://github.com/ollama/ollama/blob/main/docs/api.md
import { createHash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { z } from 'zod'
import { UserError, wholeOllamaName, type AppError, type OllamaName, type OllamaState } from '../contract/index.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { ollamaAddress } from './address.ts'
import { connectTo, explained, linesOf, textOf, type OllamaAnswer, type OllamaConnection } from './http.ts'

/** Since this version a model is made of files that were sent before, and described in JSON. */
const NEEDED_VERSION = '0.5.5'
const FIND_TIMEOUT_MS = 2_000
const MAX_VERSION_BYTES = 10_000
const MAX_LIST_BYTES = 8_000_000
const MAX_NAMES = 10_000
const MAX_ERROR_BYTES = 10_000
const MAX_STATUS_BYTES = 4_000_000
const PIECE_BYTES = 4 * 2 ** 20

const Version = z.object({ version: z.string().regex(/^[\w.+-]{1,60}$/) })
const List = z.object({ models: z.array(z.object({ name: z.string().max(500) })).catch([]) })
const Status = z.object({
  status: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
})

/** What a model is beside its file. */
export interface OllamaModel {
  /** In Ollama's language; null leaves it to the file. */
  readonly template: string | null
  /** By the names that a Modelfile has; `stop` several times. */
  readonly parameters: readonly (readonly [name: string, value: string | number])[]
}

export interface OllamaOrder {
  readonly name: OllamaName
  /** Whether a model of that name may be replaced. */
  readonly replace: boolean
  /** A GGUF. */
  readonly file: string
  readonly model: OllamaModel
}

export interface OllamaWatch {
  readonly signal: AbortSignal
  /** The work is read twice: to be named by its contents, and to be sent. */
  begin(totalBytes: number): void
  read(bytes: number): void
}

/** Ollama as it answers now; null where nobody does. Nothing is started. */
export async function findOllama(environment: NodeJS.ProcessEnv): Promise<OllamaState | null> {
  const connection = connectTo(ollamaAddress(environment))
  try {
    return await stateOf(connection, AbortSignal.timeout(FIND_TIMEOUT_MS))
  } catch {
    return null
  } finally {
    await connection.close()
  }
}

/**
 * Ollama, if a model of this name could be made there. Throws UserError 'ollama/not-running' {host}, 'ollama/too-old'
 * {found, needed} or 'ollama/name-taken' {name}.
 */
export async function requireOllama(
  environment: NodeJS.ProcessEnv,
  { name, replace }: Pick<OllamaOrder, 'name' | 'replace'>,
): Promise<OllamaState> {
  const found = await findOllama(environment)
  if (!found) throw new UserError('ollama/not-running', { host: ollamaAddress(environment).host })
  const { problem, names } = found
  if (problem) throw new UserError(problem.code, problem.facts)
  if (!replace && names.includes(wholeOllamaName(name))) throw new UserError('ollama/name-taken', { name })
  return found
}

/**
 * Makes a model of a GGUF, as `ollama create` does. Throws as requireOllama, and UserError 'ollama/no-space',
 * 'ollama/refused' {found} or 'ollama/lost' {host}; what the file throws; the signal's reason.
 */
export async function createInOllama(
  environment: NodeJS.ProcessEnv,
  order: OllamaOrder,
  watch: OllamaWatch,
): Promise<void> {
  await requireOllama(environment, order)
  const connection = connectTo(ollamaAddress(environment))
  const { address } = connection
  try {
    const digest = await send(connection, order.file, watch)
    await describe(connection, order, digest, watch.signal)
  } catch (error) {
    throw explained(error, address, watch.signal)
  } finally {
    await connection.close()
  }
}

async function stateOf(connection: OllamaConnection, signal: AbortSignal): Promise<OllamaState> {
  const get = async <T>(path: string, schema: z.ZodType<T>, maxBytes: number): Promise<T> => {
    const answer = await connection.ask({ method: 'GET', path, signal })
    return schema.parse(JSON.parse(await textOf(answer, maxBytes)))
  }
  const { version } = await get('api/version', Version, MAX_VERSION_BYTES)
  const { models } = await get('api/tags', List, MAX_LIST_BYTES)
  const names = models.slice(0, MAX_NAMES).map(({ name }) => wholeOllamaName(name))
  const tooOld: AppError = { code: 'ollama/too-old', facts: { found: version, needed: NEEDED_VERSION } }
  const problem = isBefore(version, NEEDED_VERSION) ? tooOld : null
  return { host: connection.address.host, version, problem, names }
}

/** A version without numbers is one that somebody has built. */
function isBefore(version: string, needed: string): boolean {
  const numbers = (text: string) => /^v?(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number)
  const [found, wanted] = [numbers(version), numbers(needed) ?? []]
  // What is built from the sources calls itself 0.0.0.
  if (!found || found.every((each) => each === 0)) return false
  const at = found.findIndex((each, index) => each !== wanted[index])
  return at >= 0 && (found[at] ?? 0) < (wanted[at] ?? 0)
}

/** Sends the file unless it is there. Returns what Ollama calls it. */
async function send(connection: OllamaConnection, file: string, watch: OllamaWatch): Promise<string> {
  const { signal } = watch
  // A link would lead to a file elsewhere.
  if ((await lstat(file).catch(() => null))?.isSymbolicLink()) throw new UserError('file/not-regular', { file })
  const handle = await openRegularFile(file)
  try {
    const { size } = await handle.stat()
    watch.begin(2 * size)
    const hash = createHash('sha256')
    for await (const piece of pieces(handle, size, watch)) hash.update(piece)
    const digest = `sha256:${hash.digest('hex')}`
    const path = `api/blobs/${digest}`
    const there = await connection.ask({ method: 'HEAD', path, signal })
    await textOf(there, MAX_ERROR_BYTES)
    if (there.status === 200) watch.read(size)
    else
      await requireGood(
        await connection.ask({ method: 'POST', path, body: pieces(handle, size, watch), bodyBytes: size, signal }),
      )
    return digest
  } finally {
    await handle.close()
  }
}

async function* pieces(
  file: Awaited<ReturnType<typeof openRegularFile>>,
  size: number,
  { signal, read }: OllamaWatch,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size;) {
    signal.throwIfAborted()
    const { buffer, bytesRead } = await file.read(new Uint8Array(Math.min(PIECE_BYTES, size - done)), 0, null, done)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    done += bytesRead
    read(bytesRead)
  }
}

/** Ollama tells what it does line by line, and `success` at the end. */
async function describe(
  connection: OllamaConnection,
  { name, model: { template, parameters } }: OllamaOrder,
  digest: string,
  signal: AbortSignal,
): Promise<void> {
  const stop = parameters.flatMap(([key, value]) => (key === 'stop' ? [String(value)] : []))
  const body = JSON.stringify({
    model: name,
    files: { 'model.gguf': digest },
    ...(template !== null && { template }),
    parameters: {
      ...Object.fromEntries(parameters.filter(([key]) => key !== 'stop')),
      ...(stop.length > 0 && { stop }),
    },
    stream: true,
  })
  const answer = await connection.ask({ method: 'POST', path: 'api/create', body, signal })
  await requireGood(answer, false)
  for await (const line of linesOf(answer, connection.address, MAX_STATUS_BYTES)) {
    const told = statusIn(line)
    if (told.error !== undefined) throw refusal(told.error)
    if (told.status === 'success') return
  }
  throw new UserError('ollama/lost', { host: connection.address.host })
}

function statusIn(line: string): z.infer<typeof Status> {
  try {
    return Status.parse(JSON.parse(line))
  } catch {
    return {}
  }
}

/** Throws for an answer that is none of success. */
async function requireGood(answer: OllamaAnswer, isRead = true): Promise<void> {
  const isGood = answer.status >= 200 && answer.status < 300
  if (isGood && !isRead) return
  const text = await textOf(answer, MAX_ERROR_BYTES)
  if (!isGood) throw refusal(statusIn(text).error ?? `HTTP ${answer.status}`)
}

const MAX_SHOWN = 200

function refusal(found: string): UserError {
  if (/no space left|not enough space|disk quota|ENOSPC/i.test(found)) return new UserError('ollama/no-space')
  return new UserError('ollama/refused', { found: found.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, MAX_SHOWN) })
}
