import type { GgufType } from './type.ts'

/** float32. */
export const f32: GgufType<'F32'> = {
  name: 'F32',
  id: 0,
  blockSize: 1,
  blockBytes: 4,
  dequantize: (bytes) => new Float32Array(Uint8Array.from(bytes).buffer),
  quantize: (numbers) => new Uint8Array(numbers.slice().buffer),
}
