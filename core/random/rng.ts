/**
 * Separate streams of random numbers of one run: numbers of different streams never coincide by construction of the
 * key.
 */
export const streams = {
  shuffle: 1,
  loraInit: 2,
  dropoutRows: 3,
  dropoutColumns: 4,
  sampling: 5,
  attentionRows: 6,
  attentionColumns: 7,
  hiddenColumns: 8,
  noiseColumns: 9,
  tokenMask: 10,
} as const
export type Stream = keyof typeof streams

/**
 * MurmurHash3's finalizer (Appleby 2011): a bijection of 32-bit integers in which every input bit reaches every output
 * bit.
 */
function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) | 0
}

/**
 * The random number number `index` of a stream, as a 32-bit integer: a pure function of (seed, stream, key, index), so
 * that a resumed run draws the same numbers as an unbroken one without any stored state.
 */
export function randomBits(seed: number, stream: Stream, key: number, index: number): number {
  return mix(mix(mix(mix(seed ^ 0x9e3779b9) + streams[stream]) + key) + Math.imul(index, 0x9e3779b1))
}

/** Uniform in [0, 1) with 32 random bits. */
export const randomUniform = (seed: number, stream: Stream, key: number, index: number): number =>
  (randomBits(seed, stream, key, index) >>> 0) / 2 ** 32

/** Fills an array with odd random integers, as `dropout` needs them. */
export function fillOdd(target: Int32Array, seed: number, stream: Stream, key: number): void {
  const base = mix(mix(mix(seed ^ 0x9e3779b9) + streams[stream]) + key)
  for (let index = 0; index < target.length; index++) target[index] = mix(base + Math.imul(index, 0x9e3779b1)) | 1
}
