/** Base weights in few bits. */
export type Quantization = 'int8' | 'int4'

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

/** Element types that are quantized. */
export type QuantizableType = 'float64' | 'float32' | 'float16' | 'bfloat16'

export interface QuantizeOptions {
  readonly kind: Quantization
  /** How many numbers share a scale: what `blockOf` says. */
  readonly block: number
}

export type Quantize = (numbers: ArrayBuffer, options: QuantizeOptions & { readonly dtype: QuantizableType }) => Quantized

/**
 * Makes the function that rounds numbers to integers block by block. The number of largest magnitude becomes the lowest integer exactly, which uses the whole range. `halves`: every
 * float16 as float32. Threads run this function's text (quantizer-threads.ts): it uses nothing from outside.
 */
export function makeQuantize(halves: Float32Array): Quantize {
  /** Few enough to stay in the processor's nearest cache: new memory for a large tensor takes longer than what is computed. A multiple of every block. */
  const piece = 4096
  const room = new Float32Array(piece)
  const words = new Uint32Array(room.buffer)

  function widen(numbers: ArrayBuffer, dtype: QuantizableType, start: number, count: number): void {
    if (dtype === 'float32') room.set(new Float32Array(numbers, 4 * start, count))
    else if (dtype === 'float64') room.set(new Float64Array(numbers, 8 * start, count))
    else {
      const bits = new Uint16Array(numbers, 2 * start, count)
      if (dtype === 'float16') for (let index = 0; index < count; index++) room[index] = halves[bits[index] as number] as number
      else for (let index = 0; index < count; index++) words[index] = (bits[index] as number) << 16
    }
  }

  /** The number of largest magnitude of a block. */
  function extreme(from: number, end: number): number {
    let highest = 0
    let lowest = 0
    for (let index = from; index < end; index++) {
      const number = room[index] as number
      if (number > highest) highest = number
      else if (number < lowest) lowest = number
    }
    return highest > -lowest ? highest : lowest
  }

  // A product is at least the lowest integer: half more than what brings that to 0, cut off, is the rounded integer above it.

  function roundTo8(from: number, end: number, inverse: number, bytes: Uint8Array): void {
    for (let index = from; index < end; index++) {
      const above = ((room[index] as number) * inverse + 128.5) | 0
      bytes[index - from] = (above > 255 ? 255 : above) - 128
    }
  }

  function roundTo4(from: number, end: number, inverse: number, bytes: Uint8Array): void {
    for (let index = from; index < end; index += 2) {
      const first = ((room[index] as number) * inverse + 8.5) | 0
      const second = ((room[index + 1] as number) * inverse + 8.5) | 0
      bytes[(index - from) >> 1] = ((first > 15 ? 15 : first) | ((second > 15 ? 15 : second) << 4)) ^ 0x88
    }
  }

  return (numbers, { dtype, kind, block }) => {
    const count = numbers.byteLength / (dtype === 'float64' ? 8 : dtype === 'float32' ? 4 : 2)
    const blockBytes = kind === 'int8' ? block : block / 2
    const [lowest, round] = kind === 'int8' ? [-128, roundTo8] : [-8, roundTo4]
    const scales = new Float32Array(count / block)
    const bytes = new Uint8Array(scales.length * blockBytes)
    for (let index = 0; index < scales.length; index++) {
      const from = (index * block) % piece
      if (from === 0) widen(numbers, dtype, index * block, Math.min(piece, count - index * block))
      const scale = extreme(from, from + block) / lowest
      scales[index] = scale
      round(from, from + block, scale === 0 ? 0 : 1 / scale, bytes.subarray(index * blockBytes))
    }
    return { bytes, scales }
  }
}
