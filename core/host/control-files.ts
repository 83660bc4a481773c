import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defineStored } from '../files/stored.ts'

/**
 * `serve-<port>.json` in the account's folder: how a program of the same user finds a running web host and proves who
 * it is.
 */
const ControlFile = z.object({
  port: z.number().int().min(1).max(65_535),
  pid: z.number().int().positive(),
  computer: z.string(),
  secret: z.string().min(1),
})
export type ControlFile = z.infer<typeof ControlFile>

export const controlFile = defineStored({
  name: 'serve-port.json',
  schema: ControlFile,
  migrations: [],
  maxBytes: 10_000,
  later: 'read',
})

const NAME = /^serve-\d+\.json$/
const fileOf = (folder: string, port: number): string => join(folder, `serve-${port}.json`)

/** Writes the file of this process's host, for its user only. Returns the function that removes it again. */
export async function announceHost(
  folder: string,
  { port, secret }: Pick<ControlFile, 'port' | 'secret'>,
): Promise<() => Promise<void>> {
  const content: ControlFile = { port, pid: process.pid, computer: hostname(), secret }
  const draft = join(folder, `.serve-${port}.${randomBytes(6).toString('hex')}.tmp`)
  await mkdir(folder, { recursive: true })
  try {
    await writeFile(draft, controlFile.text(content), { mode: 0o600, flag: 'wx' })
    await rename(draft, fileOf(folder, port))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
  return () => withdrawHost(folder, content)
}

/** Removes the file of a host that has ended, unless it is another's by now. */
export async function withdrawHost(folder: string, host: ControlFile): Promise<void> {
  const current = await readControlFile(fileOf(folder, host.port))
  if (current?.secret === host.secret) await rm(fileOf(folder, host.port), { force: true })
}

/** Every host that has announced itself, also those that were killed and could not withdraw. */
export async function announcedHosts(folder: string): Promise<ControlFile[]> {
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(
    names.filter((name) => NAME.test(name)).map((name) => readControlFile(join(folder, name))),
  )
  return found.filter((host) => host !== null).sort((a, b) => a.port - b.port)
}

const readControlFile = (file: string): Promise<ControlFile | null> => controlFile.read(file).catch(() => null)
