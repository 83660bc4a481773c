import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { InternalError } from '../contract/errors.ts'
import type { Api, Pointer } from './api.ts'

/** What the thread does, as CommonJS text, so that it needs no file of its own in a bundle. */
const threadSource = `
  const { parentPort, workerData } = require('node:worker_threads')
  const koffi = require(workerData.koffi)
  koffi.config({ ...koffi.config(), sync_stack_size: workerData.stackBytes })
  koffi.load(null) // koffi sets its stacks up when something is loaded
  const run = koffi.decode(workerData.address, koffi.proto('void *', ['void *', 'void *', 'void *']))
  parentPort.on('message', ({ id, session, options, binding }) => {
    parentPort.postMessage({ id, status: run(session, options, binding) })
  })
`

interface Waiting {
  readonly resolve: (status: Pointer | null) => void
  readonly reject: (error: Error) => void
}

/**
 * Runs bindings on one thread that stays the same: ONNX Runtime keeps CUDA graphs for each thread, and ordinary
 * asynchronous calls come from several. Started on the first run; does not keep the process alive while idle.
 */
export class RunThread {
  readonly #api: Api
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #lastId = 0

  constructor(api: Api) {
    this.#api = api
  }

  /** RunWithBinding on the thread. Rejects with OrtError as the call itself throws. */
  async run(session: Pointer, options: Pointer, binding: Pointer): Promise<void> {
    const worker = (this.#worker ??= this.#start())
    const id = ++this.#lastId
    worker.ref()
    try {
      const status = await new Promise<Pointer | null>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject })
        worker.postMessage({ id, session, options, binding })
      })
      this.#api.RunWithBinding.check(status)
    } finally {
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) worker.unref()
    }
  }

  #start(): Worker {
    const koffi = createRequire(import.meta.url).resolve('koffi')
    const workerData = { koffi, address: this.#api.RunWithBinding.address, stackBytes: 8 * 1024 * 1024 }
    const worker = new Worker(threadSource, { eval: true, workerData })
    worker.on('message', ({ id, status }: { id: number; status: Pointer | null }) =>
      this.#waiting.get(id)?.resolve(status),
    )
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', (code) => this.#fail(new InternalError(`the GPU's thread ended with code ${code}`)))
    return worker
  }

  #fail(error: Error): void {
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(error)
  }
}
