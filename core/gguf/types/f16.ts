import { float16ToFloat32Array, roundedTo } from '../../checkpoints/float-bits.ts'
import type { GgufType } from './type.ts'

/** IEEE half. */
export const f16: GgufType<'F16'> = {
  name: 'F16',
  id: 1,
  blockSize: 1,
  blockBytes: 2,
  dequantize: (bytes) => float16ToFloat32Array(new Uint16Array(Uint8Array.from(bytes).buffer)),
  quantize: (numbers) => new Uint8Array(roundedTo('float16', numbers).buffer),
}
