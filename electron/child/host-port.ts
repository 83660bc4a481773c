import type { HostPort } from '../../core/processes/port.ts'

/** What Electron gives a utility process; absent in a child process. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
}

const parentPort = (process as unknown as { readonly parentPort?: ParentPort }).parentPort

/** This process's way to its host, in a utility process and in a child process alike. */
export function connectToHost(): HostPort {
  if (parentPort)
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
    }
  // Without its host the process has nobody to work for. process.exit would wait for native threads that compute.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  return {
    send: (message) => void process.send?.(message as object),
    onMessage: (listener) => void process.on('message', listener),
  }
}
