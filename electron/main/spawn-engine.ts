import { utilityProcess, type UtilityProcess } from 'electron'
import { engineEnvironment } from '../../core/engine/engine-environment.ts'
import type { EnginePort } from '../../core/processes/port.ts'
import { readerEnvironment } from '../../core/reader/environment.ts'

/** As the system's list of processes shows it. */
export const ENGINE_NAME = 'Terakoya Engine'
export const READER_NAME = 'Terakoya Reader'
export const LLAMA_CPP_NAME = 'Terakoya llama.cpp'

/** Starts the engine as a utility process: it owns the GPU, and its death leaves the window alive. */
export const spawnEngine = (entry: string, environment: Readonly<Record<string, string>>): EnginePort =>
  spawnProcess(entry, { serviceName: ENGINE_NAME, env: engineEnvironment(environment) })

/** Starts a reader of models as a utility process. */
export const spawnReader = (entry: string): EnginePort =>
  spawnProcess(entry, { serviceName: READER_NAME, env: readerEnvironment() })

/** Starts the process that tries a GGUF as a utility process. */
export const spawnLlamaCpp = (entry: string): EnginePort =>
  spawnProcess(entry, { serviceName: LLAMA_CPP_NAME, env: readerEnvironment() })

function spawnProcess(
  entry: string,
  options: { readonly serviceName: string; readonly env: NodeJS.ProcessEnv },
): EnginePort {
  const child = utilityProcess.fork(entry, [], { ...options, stdio: 'inherit' })
  return {
    get pid() {
      return child.pid
    },
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', (code) => listener({ code, reason: `exit ${code}` })),
    kill: () => kill(child),
  }
}

function kill(child: UtilityProcess): void {
  try {
    if (child.pid === undefined) child.kill()
    else process.kill(child.pid, 'SIGKILL')
  } catch (error) {
    // It has ended, and this has not been told yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
