import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { EnginePort, SpawnEngine } from '../../processes/port.ts'
import { buildEntry } from '../../processes/testing/built-entry.ts'

const entry = join(import.meta.dirname, '..', '..', '..', 'electron', 'engine', 'engine.ts')

export interface BuiltEngine {
  readonly spawn: SpawnEngine
  remove(): Promise<void>
}

/** The real engine process, built from the sources as they are. Whoever builds it removes it. */
export async function buildEngine(): Promise<BuiltEngine> {
  const { file, remove } = await buildEntry(entry)
  return { spawn: () => spawnProcess(file), remove }
}

function spawnProcess(file: string): EnginePort {
  const child = fork(file, { serialization: 'advanced' })
  return {
    pid: child.pid,
    send: (message) => void child.send(message as object),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', (code, signal) => listener({ code, reason: signal ?? String(code) })),
    kill: () => void child.kill('SIGKILL'),
  }
}
