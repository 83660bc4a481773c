import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { EnginePort } from '../../processes/port.ts'
import { buildEntry } from '../../processes/testing/built-entry.ts'
import { createModelReader, type ModelReader, type SpawnReader } from '../client.ts'
import { readerEnvironment } from '../environment.ts'

const entry = join(import.meta.dirname, '..', '..', '..', 'electron', 'reader', 'reader.ts')

export interface BuiltReader {
  readonly spawnReader: SpawnReader
  /** Readers that have been started and have not ended. */
  readonly running: ReadonlySet<number>
  /** A client whose processes end with `remove`. */
  client(timeLimitMs?: number): ModelReader
  remove(): Promise<void>
}

/** The real reader, built from the sources as they are. Whoever builds it removes it. */
export async function buildReader(): Promise<BuiltReader> {
  const built = await buildEntry(entry)
  const running = new Set<number>()
  const clients: ModelReader[] = []
  const spawnReader = () => spawnProcess(built.file, running)
  return {
    spawnReader,
    running,
    client(timeLimitMs) {
      const client = createModelReader(spawnReader, timeLimitMs)
      clients.push(client)
      return client
    },
    async remove() {
      for (const client of clients) client.close()
      await built.remove()
    },
  }
}

function spawnProcess(entry: string, running: Set<number>): EnginePort {
  const child = fork(entry, { env: readerEnvironment(), serialization: 'advanced', execArgv: [] })
  const { pid } = child
  if (pid !== undefined) running.add(pid)
  child.once('exit', () => running.delete(pid ?? 0))
  return {
    pid,
    send: (message) => {
      if (child.connected) child.send(message as object, () => {})
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) =>
      void child.once('exit', (code, signal) => listener({ code, reason: signal ?? `exit ${code}` })),
    kill: () => void child.kill('SIGKILL'),
  }
}
