/** For tests that export nothing as GGUF. */
export const neverSpawned = (): never => {
  throw new Error('no GGUF is tried here')
}
