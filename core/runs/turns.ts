/** Runs `act` when every earlier act on any of the keys has ended. */
export type InTurn = <T>(keys: readonly string[], act: () => Promise<T>) => Promise<T>

export interface Turns {
  readonly inTurn: InTurn
  /** Resolves when every act on the key that is under way or waits has ended, however it ended. */
  settled(key: string): Promise<void>
}

/** Lets acts on the same things follow each other. The place is taken at once, before anything is awaited. */
export function createTurns(): Turns {
  const ends = new Map<string, Promise<void>>()
  const settled = (key: string) => ends.get(key) ?? Promise.resolve()
  return {
    settled,
    inTurn(keys, act) {
      const result = Promise.all(keys.map(settled)).then(act)
      const end = result.then(
        () => undefined,
        () => undefined,
      )
      for (const key of keys) ends.set(key, end)
      void end.then(() => {
        for (const key of keys) if (ends.get(key) === end) ends.delete(key)
      })
      return result
    },
  }
}
