import type { DType, Lowering } from '../ir.ts'
import { ONNX_TYPES } from './types.ts'

/** The name of a tensor in another element type: a Cast node where the types differ. */
export const castName = (emit: Lowering['emit'], name: string, from: DType, to: DType): string =>
  from === to ? name : emit('Cast', [name], { to: ONNX_TYPES[to] })[0]
