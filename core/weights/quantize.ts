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

export interface QuantizeOptions {
  readonly kind: Quantization
  /** How many numbers share a scale. */
  readonly block: number
}

/** Room for `count` numbers, a multiple of `block`. */
export const quantizedRoom = (count: number, { kind, block }: QuantizeOptions): Quantized => ({ bytes: new Uint8Array(kind === 'int8' ? count : count / 2), scales: new Float32Array(count / block) })

/**
 * Rounds numbers to integers block by block, into their places from number `start` on. The number of largest magnitude becomes the lowest integer exactly, which
 * uses the whole range. `numbers` is a multiple of `block` long.
 */
export function quantize(numbers: Float32Array, start: number, { bytes, scales }: Quantized, { kind, block }: QuantizeOptions): void {
  const { lowest } = quantizations[kind]
  const round = kind === 'int8' ? roundTo8 : roundTo4
  for (let from = 0; from < numbers.length; from += block) {
    const scale = extreme(numbers, from, block) / lowest
    scales[(start + from) / block] = scale
    round(numbers, { from, count: block, inverse: scale === 0 ? 0 : 1 / scale, bytes, start: start + from })
  }
}

interface Rounding {
  /** Where the numbers begin, and how many there are. */
  readonly from: number
  readonly count: number
  readonly inverse: number
  readonly bytes: Uint8Array
  /** The first number's place among all. */
  readonly start: number
}

// A product is at least the lowest integer: half more than what brings that to 0, cut off, is the rounded integer above it.

function roundTo8(numbers: Float32Array, { from, count, inverse, bytes, start }: Rounding): void {
  for (let index = 0; index < count; index++) {
    const above = ((numbers[from + index] as number) * inverse + 128.5) | 0
    bytes[start + index] = (above > 255 ? 255 : above) - 128
  }
}

function roundTo4(numbers: Float32Array, { from, count, inverse, bytes, start }: Rounding): void {
  for (let index = 0; index < count; index += 2) {
    const first = ((numbers[from + index] as number) * inverse + 8.5) | 0
    const second = ((numbers[from + index + 1] as number) * inverse + 8.5) | 0
    bytes[(start + index) >> 1] = ((first > 15 ? 15 : first) | ((second > 15 ? 15 : second) << 4)) ^ 0x88
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
