import { utilityProcess, type UtilityProcess } from 'electron'
import { engineEnvironment } from '../../core/experiments/engine-environment.ts'
import type { EnginePort } from '../../core/experiments/engine-port.ts'

/** As the system's list of processes shows it. */
export const ENGINE_NAME = 'Terakoya Engine'

/** Starts the engine as a utility process: it owns the GPU, and its death leaves the window alive. */
export function spawnEngine(entry: string): EnginePort {
  const child = utilityProcess.fork(entry, [], { env: engineEnvironment(), serviceName: ENGINE_NAME, stdio: 'inherit' })
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
