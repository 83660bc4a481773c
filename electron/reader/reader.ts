import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort as supervisor, Worker } from 'node:worker_threads'
import type { HostPort } from '../../core/processes/port.ts'
import { HEAP_LIMIT, superviseReader } from '../../core/reader/supervisor.ts'

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
  // Without its host a reader has nobody to work for.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  return {
    send: (message) => void process.send?.(message as object),
    onMessage: (listener) => void process.on('message', listener),
  }
}

// The same file runs twice: as the process, which supervises, and as its thread, which reads.
if (isMainThread) superviseReader(connect(), new Worker(fileURLToPath(import.meta.url), { resourceLimits: HEAP_LIMIT }))
else if (supervisor) {
  const port = supervisor
  const { runReader } = await import('../../core/reader/service.ts')
  runReader({
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  })
}
