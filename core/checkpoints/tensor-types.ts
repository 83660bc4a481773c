/**
 * Element types that a safetensors file may hold, by our names. `code` is the file's name for it, `bytes` the size of
 * one element.
 */
export const tensorTypes = {
  float64: { code: 'F64', bytes: 8 },
  float32: { code: 'F32', bytes: 4 },
  float16: { code: 'F16', bytes: 2 },
  bfloat16: { code: 'BF16', bytes: 2 },
  float8_e4m3: { code: 'F8_E4M3', bytes: 1 },
  float8_e5m2: { code: 'F8_E5M2', bytes: 1 },
  int64: { code: 'I64', bytes: 8 },
  int32: { code: 'I32', bytes: 4 },
  int16: { code: 'I16', bytes: 2 },
  int8: { code: 'I8', bytes: 1 },
  uint64: { code: 'U64', bytes: 8 },
  uint32: { code: 'U32', bytes: 4 },
  uint16: { code: 'U16', bytes: 2 },
  uint8: { code: 'U8', bytes: 1 },
  bool: { code: 'BOOL', bytes: 1 },
} as const

export type TensorType = keyof typeof tensorTypes

const typesByCode = new Map(Object.entries(tensorTypes).map(([name, { code }]) => [code as string, name as TensorType]))

/** The element type that a safetensors header calls `code`; undefined for one that we do not know. */
export const tensorTypeOf = (code: unknown): TensorType | undefined =>
  typeof code === 'string' ? typesByCode.get(code) : undefined

/** Where a tensor's little-endian bytes lie: `offset` and `length` in bytes from the start of `file`. */
export interface TensorPlace {
  readonly dtype: TensorType
  readonly shape: readonly number[]
  /** File name inside the checkpoint's folder. */
  readonly file: string
  readonly offset: number
  readonly length: number
}

/**
 * A tensor whose elements lie apart: a transposed or cut view in pytorch_model.bin. It has no `offset` and `length`, so
 * that nothing takes it for a TensorPlace; readTensor and readTensorBytes put its elements in order.
 */
export interface StridedPlace {
  readonly dtype: TensorType
  readonly shape: readonly number[]
  /** File name inside the checkpoint's folder. */
  readonly file: string
  /** Bytes from the start of `file` to the first element. */
  readonly start: number
  /** Elements from one index to the next, for every axis. */
  readonly strides: readonly number[]
}

/** A tensor of a checkpoint, in either form. */
export type StoredTensor = TensorPlace | StridedPlace

/** True where the tensor's bytes lie in the file in row-major order, so that ONNX Runtime can read them there. */
export const isContiguous = (place: StoredTensor): place is TensorPlace => !('strides' in place)

/** Size in bytes of a tensor with all its elements, wherever they lie. */
export const tensorBytes = ({ dtype, shape }: Pick<StoredTensor, 'dtype' | 'shape'>): number =>
  elementCount(shape) * tensorTypes[dtype].bytes

/** Number of elements of a shape; 1 for a scalar. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)
