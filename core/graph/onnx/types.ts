import type { DType } from '../ir.ts'

/** Every element type, by name. */
export const DTYPES = [
  'float32',
  'float16',
  'bfloat16',
  'int32',
  'int64',
  'bool',
  'int8',
  'uint8',
  'int4',
] as const satisfies readonly DType[]

/** ONNX's numbers of the element types (TensorProto.DataType). */
export const ONNX_TYPES: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
  int4: 22,
}
