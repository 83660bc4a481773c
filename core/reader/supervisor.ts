import type { Worker } from 'node:worker_threads'
import type { HostPort } from '../processes/port.ts'
import { CPU_LIMIT_MS, MEMORY_LIMIT_BYTES, type ReaderReply } from './protocol.ts'

const MEASURE_MS = 50
/** The last message leaves in this time. */
const FAREWELL_MS = 100

/**
 * For the thread that reads: a heap beyond this ends it. The rest of the limit is for the program itself and for bytes
 * outside of the heap.
 */
export const HEAP_LIMIT = { maxOldGenerationSizeMb: 800 }

/**
 * The main thread of a reader's process: passes requests and answers on, measures the memory and processor time of the
 * whole process, and ends it beyond the limits. It parses nothing of a model, so that it goes on whatever the thread
 * that reads is caught in.
 */
export function superviseReader(host: HostPort, worker: Worker): void {
  let isEnding = false
  /** When the request under way came; null where there is none. */
  let startCpuMs: number | null = null
  const end = (reason: 'time' | 'memory' | 'crash', detail = '') => {
    if (isEnding) return
    isEnding = true
    host.send({ type: 'ended', reason, detail: detail.slice(0, 200) } satisfies ReaderReply)
    // Not process.exit: that waits for the thread.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), FAREWELL_MS)
  }
  worker.on('message', (reply) => {
    startCpuMs = null
    host.send(reply)
  })
  worker.on('error', (error: NodeJS.ErrnoException) =>
    end(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash', error.message),
  )
  worker.on('exit', (code) => end('crash', `exit ${code}`))
  host.onMessage((request) => {
    startCpuMs = cpuMs()
    worker.postMessage(request)
  })
  setInterval(() => {
    if (process.memoryUsage.rss() > MEMORY_LIMIT_BYTES) end('memory')
    if (startCpuMs !== null && cpuMs() - startCpuMs > CPU_LIMIT_MS) end('time')
  }, MEASURE_MS)
}

/** Of all threads of this process. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
