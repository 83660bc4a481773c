import { bfloat16ToFloat32Array, roundedTo } from '../../checkpoints/float-bits.ts'
import type { GgufType } from './type.ts'

/** bfloat16. */
export const bf16: GgufType<'BF16'> = {
  name: 'BF16',
  id: 30,
  blockSize: 1,
  blockBytes: 2,
  dequantize: (bytes) => bfloat16ToFloat32Array(new Uint16Array(Uint8Array.from(bytes).buffer)),
  quantize: (numbers) => new Uint8Array(roundedTo('bfloat16', numbers).buffer),
}
