/** Native things that JavaScript's garbage collector does not free. */
export type NativeKind = 'session' | 'tensor' | 'binding'
export type LiveCounts = Readonly<Record<NativeKind, number>>

/** Counts native things that were made and not yet disposed of. */
export class LeakCounter {
  readonly #live: Record<NativeKind, number> = { session: 0, tensor: 0, binding: 0 }

  made(kind: NativeKind): void {
    this.#live[kind] += 1
  }

  freed(kind: NativeKind): void {
    this.#live[kind] -= 1
  }

  /** How many of each kind live now; all zero when everything was disposed of. */
  counts(): LiveCounts {
    return { ...this.#live }
  }
}
