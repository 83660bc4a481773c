import { halfTable } from '../../checkpoints/float-bits.ts'

/** A tensor type of GGUF: how a row's numbers lie in its bytes, block after block. Formulas as in ggml-quants.c. */
export interface GgufType<Name extends string = string> {
  readonly name: Name
  /** Its number in a file: ggml_type. */
  readonly id: number
  /** Numbers in a block, and the bytes that hold them. Rows are whole blocks. */
  readonly blockSize: number
  readonly blockBytes: number
  /** Numbers of whole blocks, float32, rounded at each step as llama.cpp rounds. */
  dequantize(bytes: Uint8Array): Float32Array<ArrayBuffer>
  /** Bytes of whole blocks, the same as llama.cpp's. Types without it are quantized by llama.cpp's library. */
  quantize?(numbers: Float32Array): Uint8Array<ArrayBuffer>
}

/** A block's bytes and place, and where its numbers go. */
export interface Block {
  readonly view: DataView
  /** First byte of the block. */
  readonly at: number
  readonly out: Float32Array
  /** Place of its first number. */
  readonly to: number
}

interface BlockType<Name extends string> extends Omit<GgufType<Name>, 'dequantize'> {
  readonly dequantizeBlock: (block: Block) => void
}

/** A type that is described by what one block means. */
export function blockType<const Name extends string>(type: BlockType<Name>): GgufType<Name> {
  const { dequantizeBlock, ...rest } = type
  return {
    ...rest,
    dequantize(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const count = Math.floor(bytes.byteLength / type.blockBytes)
      const out = new Float32Array(count * type.blockSize)
      for (let block = 0; block < count; block++)
        dequantizeBlock({ view, at: block * type.blockBytes, out, to: block * type.blockSize })
      return out
    },
  }
}

/** The float16 at a place. */
export const half = (view: DataView, at: number): number => halfTable()[view.getUint16(at, true)]!

/** Numbers in a block of the smaller types, and in a block of the K types. */
export const SMALL = 32
export const LARGE = 256
