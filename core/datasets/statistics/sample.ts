import { randomUniform } from '../../random/rng.ts'

/**
 * Chooses `wanted` of `total` rows by chance in one pass; asked once for every row, in order (Knuth's algorithm S). The
 * same seed chooses the same rows.
 */
export function rowSampler(total: number, wanted: number, seed: number): () => boolean {
  let seen = 0
  let taken = 0
  return () => {
    const isTaken = (total - seen) * randomUniform(seed, 'sampling', 0, seen) < wanted - taken
    seen++
    if (isTaken) taken++
    return isTaken
  }
}
