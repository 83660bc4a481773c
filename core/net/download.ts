import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../contract/index.ts'
import type { HubClient } from './hub-client.ts'
import type { Answer } from './network.ts'
import type { Subject } from './hub-errors.ts'
import type { Checksum } from './repository.ts'

export interface DownloadJob {
  readonly url: URL
  readonly target: string
  readonly sizeBytes: number
  readonly checksum: Checksum
  readonly subject: Subject
}

export interface DownloadWatch {
  readonly signal: AbortSignal
  /** The bytes that the file has by now. */
  readonly onBytes: (received: number) => void
  /** All bytes are there; the checksum is computed. */
  readonly onChecking: () => void
}

/** Attempts in a row that may bring nothing; one that brings bytes starts the count anew. */
const MAX_FRUITLESS_ATTEMPTS = 2

/**
 * Brings a file to `target`, going on from what an earlier attempt has left in `target.partial`. It appears only when
 * its checksum is right. Throws UserErrors, and the signal's reason when it is aborted; what has arrived is kept then.
 */
export async function downloadFile(client: HubClient, job: DownloadJob, watch: DownloadWatch): Promise<void> {
  if (await isComplete(job, watch)) return
  let fruitless = 0
  for (let have = await partialSize(job); have !== job.sizeBytes || have === 0;) {
    const before = have
    const failure = await transfer(client, job, have, watch).then(
      () => null,
      (error: unknown) => error,
    )
    have = await partialSize(job)
    watch.signal.throwIfAborted()
    if (failure !== null && !isCut(failure)) throw failure
    fruitless = have > before ? 0 : fruitless + 1
    if (failure === null && have === job.sizeBytes) break
    if (fruitless === MAX_FRUITLESS_ATTEMPTS) throw failure ?? new UserError('hub/interrupted', { host: job.url.host })
  }
  watch.onBytes(job.sizeBytes)
  watch.onChecking()
  await checkPartial(job, watch.signal)
  await rename(partialOf(job), job.target)
  await rm(tagOf(job), { force: true })
}

const partialOf = ({ target }: DownloadJob): string => `${target}.partial`
const tagOf = ({ target }: DownloadJob): string => `${target}.etag`
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

const isCut = (error: unknown): boolean => error instanceof UserError && error.error.code === 'hub/interrupted'

async function isComplete(job: DownloadJob, watch: DownloadWatch): Promise<boolean> {
  const found = await stat(job.target).catch(() => null)
  if (found?.size !== job.sizeBytes) return false
  watch.onBytes(job.sizeBytes)
  watch.onChecking()
  return (await checksumOf(job.target, job, watch.signal)) === job.checksum.hex
}

/** A partial file that is longer than the whole belongs to another version. */
async function partialSize(job: DownloadJob): Promise<number> {
  const size = await sizeOf(partialOf(job))
  if (size <= job.sizeBytes) return size
  await rm(partialOf(job), { force: true })
  return 0
}

/** One request for the bytes from `have` on. */
async function transfer(
  client: HubClient,
  job: DownloadJob,
  have: number,
  { signal, onBytes }: DownloadWatch,
): Promise<void> {
  const tag = have > 0 ? await readFile(tagOf(job), 'utf8').catch(() => null) : null
  const range = have > 0 ? { range: `bytes=${have}-`, ...(tag && { 'if-range': tag }) } : {}
  const response = await client.open(job.url, {
    subject: job.subject,
    signal,
    headers: { 'accept-encoding': 'identity', ...range },
  })
  const continues = response.status === 206 && startOf(response) === have
  if (!continues && response.status !== 200) {
    await response.cancel()
    return rm(partialOf(job), { force: true })
  }
  if (totalOf(response, continues, job.sizeBytes) !== job.sizeBytes) {
    await response.cancel()
    throw await otherSize(job)
  }
  await keepTag(job, response)
  let received = continues ? have : 0
  const file = await open(partialOf(job), continues ? 'a' : 'w')
  try {
    for await (const chunk of response.body) {
      received += chunk.byteLength
      if (received > job.sizeBytes) throw await otherSize(job)
      await file.writeFile(chunk)
      onBytes(received)
    }
    await file.sync()
  } catch (error) {
    signal.throwIfAborted()
    throw await client.explain(error, job.url)
  } finally {
    await file.close()
  }
}

/** The size of the whole file as the answer tells it; where it does not, the bytes are counted as they come. */
function totalOf({ headers }: Answer, continues: boolean, unknown: number): number {
  const told = continues ? /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] : headers.get('content-length')
  return told == null ? unknown : Number(told)
}

/** The file is not the one that was listed: what there is of it is of no use. */
async function otherSize(job: DownloadJob): Promise<UserError> {
  await Promise.all([rm(partialOf(job), { force: true }), rm(tagOf(job), { force: true })])
  return new UserError('hub/size-changed', { file: basename(job.target) })
}

const startOf = (response: Answer): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? -1)

/** If-Range takes strong tags only. */
async function keepTag(job: DownloadJob, response: Answer): Promise<void> {
  const tag = response.headers.get('etag')
  if (tag?.startsWith('"')) await writeFile(tagOf(job), tag)
  else await rm(tagOf(job), { force: true })
}

/** A partial file with wrong contents is of no use for a further attempt. */
async function checkPartial(job: DownloadJob, signal: AbortSignal): Promise<void> {
  if ((await checksumOf(partialOf(job), job, signal)) === job.checksum.hex) return
  await Promise.all([rm(partialOf(job), { force: true }), rm(tagOf(job), { force: true })])
  throw new UserError('hub/checksum', { file: basename(job.target) })
}

/** The checksum of a file's contents, of the job's kind. Throws the signal's reason when aborted. */
export async function checksumOf(
  file: string,
  { checksum, sizeBytes }: Pick<DownloadJob, 'checksum' | 'sizeBytes'>,
  signal: AbortSignal,
): Promise<string> {
  const hash = newHash(checksum, sizeBytes)
  for await (const chunk of createReadStream(file, { signal })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** git hashes `blob SIZE\0` before the contents. */
const newHash = ({ kind }: Checksum, sizeBytes: number): Hash =>
  kind === 'git-sha1' ? createHash('sha1').update(`blob ${sizeBytes}\0`) : createHash(kind)
