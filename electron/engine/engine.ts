import { runEngine } from '../../core/engine/engine-service.ts'
import type { HostPort } from '../../core/processes/port.ts'

/** What Electron gives a utility process; absent in a child process. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
}

const parentPort = (process as unknown as { readonly parentPort?: ParentPort }).parentPort

function connect(): HostPort {
  if (parentPort)
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
    }
  // Without its host an engine has nobody to work for. Not process.exit: that waits for native threads that compute.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  return {
    send: (message) => void process.send?.(message as object),
    onMessage: (listener) => void process.on('message', listener),
  }
}

runEngine(connect())
