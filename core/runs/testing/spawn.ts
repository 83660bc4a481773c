import { fork } from 'node:child_process'
import type { EnginePort, SpawnEngine } from '../../processes/port.ts'

/** Starts a bundled engine or reader as a real child process. */
export const spawnFor =
  (entry: string, environment: NodeJS.ProcessEnv = process.env): SpawnEngine =>
  (): EnginePort => {
    const child = fork(entry, {
      env: environment,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.on('error', () => undefined)
    return {
      pid: child.pid,
      send: (message) => {
        if (child.connected) child.send(message as object)
      },
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) =>
        void child.once('exit', (code, signal) => listener({ code, reason: signal ?? String(code) })),
      kill: () => void child.kill('SIGKILL'),
    }
  }
