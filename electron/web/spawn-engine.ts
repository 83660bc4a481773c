import { fork } from 'node:child_process'
import { engineEnvironment } from '../../core/experiments/engine-environment.ts'
import type { EnginePort } from '../../core/experiments/engine-port.ts'

/** Starts the engine as a child process; it ends with this process. `entry` is the built engine. */
export function spawnEngine(entry: string): EnginePort {
  // Messages hold typed arrays and numbers such as NaN: structured clone instead of JSON.
  const child = fork(entry, { env: engineEnvironment(), serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  // A process that cannot be started has no other event, and an error that nobody hears ends the host.
  child.on('error', () => undefined)
  return {
    pid: child.pid,
    send: (message) => { if (child.connected) child.send(message as object) },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', (code, signal) => listener({ code, reason: signal ?? `exit ${code}` })).once('error', (error) => listener({ code: null, reason: error.message })),
    kill: () => void child.kill('SIGKILL'),
  }
}
