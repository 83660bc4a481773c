/** Numbers by chance that a seed repeats. */
export interface Random {
  /** 0 … below 1. */
  next(): number
  /** A whole number from `from` up to and with `to`. */
  integer(from: number, to: number): number
  pick<T>(values: readonly T[]): T
  /** True so often, 0 … 1. */
  chance(share: number): boolean
  shuffled<T>(values: readonly T[]): T[]
}

/** mulberry32, its state made of the seed and a name, so that attacks do not share a sequence. */
export function createRandom(seed: number, name: string): Random {
  let state = [...name].reduce(
    (sum, character) => Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0,
    seed >>> 0,
  )
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    integer,
    pick: (values) => values[integer(0, values.length - 1)] as never,
    chance: (share) => next() < share,
    shuffled: (values) =>
      values
        .map((value) => [next(), value] as const)
        .sort(([a], [b]) => a - b)
        .map(([, value]) => value),
  }
}
