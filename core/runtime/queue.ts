/** In what order a device's work is done. */
export interface DeviceQueue {
  /**
   * Work that takes microseconds: done at once, or in its turn where the device takes one caller at a time and is busy.
   */
  short(job: () => void): void
  /** Work whose end is waited for on another thread. */
  long<R>(job: () => Promise<R>): Promise<R>
}

/** For devices that order concurrent work themselves (processor, CUDA): everything starts at once. */
export const concurrentQueue: DeviceQueue = { short: (job) => job(), long: (job) => job() }

/**
 * For devices that one thread at a time may use (WebGPU): jobs run in the order in which they were asked for, so that a
 * write before a run is seen by it, and training and chat take turns. An error of a deferred short job rejects the next
 * long one.
 */
export class SerialQueue implements DeviceQueue {
  #last: Promise<unknown> | null = null
  #failure: { readonly error: unknown } | null = null

  short(job: () => void): void {
    if (this.#last === null) return job()
    this.#append(async () => {
      try {
        job()
      } catch (error) {
        this.#failure ??= { error }
      }
    })
  }

  long<R>(job: () => Promise<R>): Promise<R> {
    return this.#append(async () => {
      const failure = this.#failure
      this.#failure = null
      if (failure) throw failure.error
      return job()
    })
  }

  #append<R>(job: () => Promise<R>): Promise<R> {
    const result = this.#last === null ? job() : this.#last.then(job)
    // Whoever asked hears of the failure through `result`; the queue goes on.
    const settled: Promise<unknown> = result
      .catch(() => {})
      .then(() => {
        if (this.#last === settled) this.#last = null
      })
    this.#last = settled
    return result
  }
}
