import { fork } from 'node:child_process'
import { engineEnvironment } from '../../core/engine/engine-environment.ts'
import type { EnginePort } from '../../core/processes/port.ts'
import { readerEnvironment } from '../../core/reader/environment.ts'

/** Starts the engine as a child process; it ends with this process. `entry` is the built engine. */
export const spawnEngine = (entry: string, environment: Readonly<Record<string, string>>): EnginePort =>
  spawnProcess(entry, engineEnvironment(environment))

/** Starts a reader of models as a child process. `entry` is the built reader. */
export const spawnReader = (entry: string): EnginePort => spawnProcess(entry, readerEnvironment())

/** Starts the process that tries a GGUF as a child process. `entry` is the built electron/llama-cpp. */
export const spawnLlamaCpp = (entry: string): EnginePort => spawnProcess(entry, readerEnvironment())

function spawnProcess(entry: string, env: NodeJS.ProcessEnv): EnginePort {
  // Messages hold typed arrays and numbers such as NaN: structured clone instead of JSON.
  const child = fork(entry, { env, serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message as object, () => {})
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', (code, signal) => listener({ code, reason: signal ?? `exit ${code}` }))
      // A process that could not be started has no exit.
      child.once('error', (error) => listener({ code: null, reason: error.message }))
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
