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
  const { lowest } = quantizations[kind]
  const scales = new Float32Array(numbers.length / block)
  const bytes = new Uint8Array(kind === 'int8' ? numbers.length : numbers.length / 2)
  const round = kind === 'int8' ? roundTo8 : roundTo4
  for (let index = 0; index < scales.length; index++) {
    const start = index * block
    const scale = extreme(numbers, start, block) / lowest
    scales[index] = scale
    round(numbers, start, start + block, scale === 0 ? 0 : 1 / scale, bytes)
  }
  return { bytes, scales }
}

// A product is at least the lowest integer: half more than what brings that to 0, cut off, is the rounded integer above it.

function roundTo8(numbers: Float32Array, start: number, end: number, inverse: number, bytes: Uint8Array): void {
  for (let place = start; place < end; place++) bytes[place] = Math.min(255, ((numbers[place] as number) * inverse + 128.5) | 0) - 128
}

function roundTo4(numbers: Float32Array, start: number, end: number, inverse: number, bytes: Uint8Array): void {
  for (let place = start; place < end; place += 2) {
    const low = Math.min(15, ((numbers[place] as number) * inverse + 8.5) | 0) ^ 8
    const high = Math.min(15, ((numbers[place + 1] as number) * inverse + 8.5) | 0) ^ 8
    bytes[place >> 1] = low | (high << 4)
  }
}

/** The number of largest magnitude among `count` from `start` on. */
function extreme(numbers: Float32Array, start: number, count: number): number {
  let highest = 0
  let lowest = 0
  for (let place = start; place < start + count; place++) {
    const number = numbers[place] as number
    if (number > highest) highest = number
    else if (number < lowest) lowest = number
  }
  return highest > -lowest ? highest : lowest
}
