import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { openCliStudio, type CliHost } from './context.ts'

const folder = mkdtempSync(join(tmpdir(), 'terakoya-context-'))
vi.stubEnv('TERAKOYA_HOME', join(folder, 'home'))
const notNeeded = () => {
  throw new Error('no process is needed')
}
const host: CliHost = {
  version: '0',
  resourcesFolder: join(import.meta.dirname, '..', '..', 'resources'),
  spawnEngine: notNeeded,
  spawnReader: notNeeded,
  spawnLlamaCpp: notNeeded,
  serve: notNeeded,
}

const events = ['unhandledRejection', 'uncaughtException'] as const
const before = new Map(events.map((event) => [event, process.listeners(event as 'uncaughtException')]))
/** What listens since the test began. */
const added = () =>
  events.map((event) =>
    process.listeners(event as 'uncaughtException').filter((listener) => !before.get(event)?.includes(listener)),
  )
afterEach(() => {
  added().forEach((listeners, index) => listeners.forEach((listener) => process.off(events[index] as string, listener)))
  rmSync(folder, { recursive: true, force: true })
})

it.each([
  ['write', [1, 1]],
  ['read', [0, 0]],
] as const)('a command that may %s: errors that nobody caught are heard by %j', async (access, counts) => {
  const studio = await openCliStudio(host, { libraryFolder: join(folder, 'library'), access })
  expect(added().map(({ length }) => length)).toEqual(counts)
  await studio.close()
})
