import type { Value } from './values.ts'

/** Names of a block, and behind them those of the blocks around it. */
export class Scope {
  readonly #names = new Map<string, Value>()
  readonly #outer: Scope | null

  constructor(outer: Scope | null, names: Iterable<readonly [string, Value]> = []) {
    this.#outer = outer
    for (const [name, value] of names) this.#names.set(name, value)
  }

  get(name: string): Value | undefined {
    const value = this.#names.get(name)
    return value === undefined ? this.#outer?.get(name) : value
  }

  set(name: string, value: Value): void {
    this.#names.set(name, value)
  }
}
