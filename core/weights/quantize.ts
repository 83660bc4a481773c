import type { readSync } from 'node:fs'
import type { FilePiece } from '../checkpoints/index.ts'

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

/** Numbers as they are stored, row-major: in memory or in an open file. Throws where that cannot be read. */
export type Quantize = (
  numbers: ArrayBuffer | FilePiece,
  options: QuantizeOptions & { readonly dtype: QuantizableType },
) => Quantized

/**
 * Makes the function that rounds numbers to integers block by block. The number of largest magnitude becomes the lowest
 * integer exactly, which uses the whole range. `halves`: every float16 as float32; `read`: node:fs's.
 */
export const makeQuantize = (halves: Float32Array, read: typeof readSync): Quantize =>
  assembleQuantize(quantizeParts, halves, read)

/** The same as text: an expression of the two names that are given. Threads run it (quantizer-threads.ts). */
export const makeQuantizeText = (halves: string, read: string): string => {
  const parts = Object.entries(quantizeParts).map(([name, part]) => `${name}: ${String(part)}`)
  return `(${String(assembleQuantize)})({ ${parts.join(', ')} }, ${halves}, ${read})`
}

// Their texts are run elsewhere: `assembleQuantize` and every part use nothing from outside.
const quantizeParts = { makeWidening, makeRounding }

type Widening = (numbers: ArrayBuffer | FilePiece, dtype: QuantizableType, start: number, count: number) => void

interface WideningOptions {
  /** Where the numbers are brought. */
  readonly room: Float32Array<ArrayBuffer>
  readonly halves: Float32Array
  readonly read: typeof readSync
}

/** Makes the function that brings the numbers from a byte on into `room`. */
function makeWidening({ room, halves, read }: WideningOptions): Widening {
  const words = new Uint32Array(room.buffer)
  /**
   * Of a file, the same room again and again: new memory takes longer than what is computed. A multiple of every piece.
   */
  const chunk = new Uint8Array(2 ** 20)

  function fill({ fd, position, byteLength }: FilePiece, start: number): void {
    const wanted = Math.min(chunk.length, byteLength - start)
    for (let done = 0; done < wanted;) {
      const count = read(fd, chunk, done, wanted - done, position + start + done)
      if (count === 0) throw new Error('the file became shorter while it was read')
      done += count
    }
  }

  function widenFrom(numbers: ArrayBuffer, dtype: QuantizableType, start: number, count: number): void {
    if (dtype === 'float32') room.set(new Float32Array(numbers, start, count))
    else if (dtype === 'float64') room.set(new Float64Array(numbers, start, count))
    else {
      const bits = new Uint16Array(numbers, start, count)
      if (dtype === 'float16')
        for (let index = 0; index < count; index++) room[index] = halves[bits[index] as number] as number
      else for (let index = 0; index < count; index++) words[index] = (bits[index] as number) << 16
    }
  }

  return (numbers, dtype, start, count) => {
    if (numbers instanceof ArrayBuffer) return widenFrom(numbers, dtype, start, count)
    const from = start % chunk.length
    if (from === 0) fill(numbers, start)
    widenFrom(chunk.buffer, dtype, from, count)
  }
}

type Round = (from: number, end: number, inverse: number, bytes: Uint8Array) => void

interface Rounding {
  /** The first number of largest magnitude of a block. */
  readonly extreme: (from: number, end: number) => number
  readonly roundTo8: Round
  readonly roundTo4: Round
}

/** Makes the functions that work on a block of `room`. */
function makeRounding(room: Float32Array): Rounding {
  function extreme(from: number, end: number): number {
    let most = 0
    let found = 0
    for (let index = from; index < end; index++) {
      const number = room[index] as number
      const magnitude = Math.abs(number)
      if (magnitude > most) {
        most = magnitude
        found = number
      }
    }
    return found
  }

  // A product is at least the lowest integer: half more than what brings that to 0, cut off, is the rounded integer
  // above it.

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

  return { extreme, roundTo8, roundTo4 }
}

function assembleQuantize(
  { makeWidening, makeRounding }: typeof quantizeParts,
  halves: Float32Array,
  read: typeof readSync,
): Quantize {
  /**
   * Few enough to stay in the processor's nearest cache: new memory for a large tensor takes longer than what is
   * computed. A multiple of every block.
   */
  const piece = 4096
  const room = new Float32Array(piece)
  const widen = makeWidening({ room, halves, read })
  const { extreme, roundTo8, roundTo4 } = makeRounding(room)

  return (numbers, { dtype, kind, block }) => {
    const width = dtype === 'float64' ? 8 : dtype === 'float32' ? 4 : 2
    const count = numbers.byteLength / width
    const blockBytes = kind === 'int8' ? block : block / 2
    const [lowest, round] = kind === 'int8' ? [-128, roundTo8] : [-8, roundTo4]
    const scales = new Float32Array(count / block)
    const bytes = new Uint8Array(scales.length * blockBytes)
    for (let index = 0; index < scales.length; index++) {
      const from = (index * block) % piece
      if (from === 0) widen(numbers, dtype, index * block * width, Math.min(piece, count - index * block))
      const scale = extreme(from, from + block) / lowest
      scales[index] = scale
      round(from, from + block, scale === 0 ? 0 : 1 / scale, bytes.subarray(index * blockBytes))
    }
    return { bytes, scales }
  }
}
