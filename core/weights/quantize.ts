/** Base weights in few bits: how many numbers share a scale, and the range of the integers. */
export const quantizations = { int8: { lowest: -128, highest: 127 }, int4: { lowest: -8, highest: 7 } } as const
export type Quantization = keyof typeof quantizations

/** Numbers that share a scale, at most; fewer where rows are not a multiple of it. */
const LARGEST_BLOCK = 64
/** Below it the scales would need as much room as the numbers. */
const SMALLEST_BLOCK = 16

/** How many numbers of a row share a scale; null for rows that cannot be cut evenly. */
export function blockOf(columns: number): number | null {
  for (let block = LARGEST_BLOCK; block >= SMALLEST_BLOCK; block /= 2) if (columns % block === 0) return block
  return null
}

export interface Quantized {
  /** One byte a number for int8, two numbers a byte for int4 (the first in the low half), row-major. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** One for each block: a number is its integer times its block's scale. */
  readonly scales: Float32Array<ArrayBuffer>
}

/**
 * Rounds numbers to integers block by block. The number of largest magnitude becomes the lowest integer exactly, which uses the whole range.
 * `numbers` is a multiple of `block` long.
 */
export function quantize(numbers: Float32Array, kind: Quantization, block: number): Quantized {
  const { lowest, highest } = quantizations[kind]
  const scales = new Float32Array(numbers.length / block)
  const bytes = new Uint8Array(kind === 'int8' ? numbers.length : numbers.length / 2)
  for (let index = 0; index < scales.length; index++) {
    const start = index * block
    const scale = extreme(numbers, start, block) / lowest
    scales[index] = scale
    const inverse = scale === 0 ? 0 : 1 / scale
    for (let place = start; place < start + block; place++) {
      const integer = Math.max(lowest, Math.min(highest, Math.round((numbers[place] as number) * inverse)))
      if (kind === 'int8') bytes[place] = integer
      else bytes[place >> 1] = (bytes[place >> 1] as number) | ((integer & 15) << (place & 1 ? 4 : 0))
    }
  }
  return { bytes, scales }
}

/** The number of largest magnitude among `count` from `start` on. */
function extreme(numbers: Float32Array, start: number, count: number): number {
  let most = 0
  for (let place = start; place < start + count; place++) if (Math.abs(numbers[place] as number) > Math.abs(most)) most = numbers[place] as number
  return most
}
