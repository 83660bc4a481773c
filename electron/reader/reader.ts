import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort as supervisor, Worker } from 'node:worker_threads'
import { HEAP_LIMIT, superviseReader } from '../../core/reader/supervisor.ts'
import { connectToHost } from '../child/host-port.ts'

// The same file runs twice: as the process, which supervises, and as its thread, which reads.
if (isMainThread)
  superviseReader(connectToHost(), new Worker(fileURLToPath(import.meta.url), { resourceLimits: HEAP_LIMIT }))
else if (supervisor) {
  const port = supervisor
  const { runReader } = await import('../../core/reader/service.ts')
  runReader({
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  })
}
