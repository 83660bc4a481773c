import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { halfTable } from '../checkpoints/index.ts'
import { defaultThreadCount } from '../processes/threads.ts'
import { makeQuantizeText, type Quantize, type Quantized } from './quantize.ts'

/** What a thread does, as CommonJS text, so that it needs no file of its own in a bundle. */
const threadSource = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { readSync } = require('node:fs')
  const quantize = ${makeQuantizeText('workerData', 'readSync')}
  parentPort.on('message', ({ numbers, options }) => {
    const quantized = quantize(numbers, options)
    parentPort.postMessage(quantized, [quantized.bytes.buffer, quantized.scales.buffer])
  })
`

/** Each holds what becomes of a tensor, and the tensor only where it does not lie in one piece of a file. */
const MAX_THREADS = 16

/** Quantizes several tensors at once, each on a thread of its own. Whoever made them closes them. */
export class QuantizerThreads {
  readonly count = Math.min(defaultThreadCount(), MAX_THREADS)
  readonly #all: Worker[] = []
  readonly #idle: Worker[] = []

  /**
   * As `makeQuantize` describes it. Numbers in memory are taken away, a file stays open until the end; no more than
   * `count` calls at once.
   */
  async quantize(...[numbers, options]: Parameters<Quantize>): Promise<Quantized> {
    const worker = this.#idle.pop() ?? this.#start()
    // Rejects where the thread fails.
    const answer = once(worker, 'message') as Promise<[Quantized]>
    worker.postMessage({ numbers, options }, numbers instanceof ArrayBuffer ? [numbers] : [])
    const [quantized] = await answer
    this.#idle.push(worker)
    return quantized
  }

  close(): void {
    for (const worker of this.#all) void worker.terminate()
  }

  #start(): Worker {
    const worker = new Worker(threadSource, { eval: true, workerData: halfTable() })
    this.#all.push(worker)
    return worker
  }
}
