/** Element types that cross between JavaScript and a device. */
export type DType =
  'float32' | 'float16' | 'bfloat16' | 'int32' | 'int64' | 'bool' | 'int8' | 'uint8' | 'uint32' | 'int4'

/**
 * float16 and bfloat16 come as their bits in a Uint16Array, int64 as BigInt64Array, bool as 0 and 1 in a Uint8Array,
 * int4 two to a byte.
 */
export interface ArrayTypes {
  float32: Float32Array<ArrayBuffer>
  float16: Uint16Array<ArrayBuffer>
  bfloat16: Uint16Array<ArrayBuffer>
  int32: Int32Array<ArrayBuffer>
  int64: BigInt64Array<ArrayBuffer>
  bool: Uint8Array<ArrayBuffer>
  int8: Int8Array<ArrayBuffer>
  uint8: Uint8Array<ArrayBuffer>
  uint32: Uint32Array<ArrayBuffer>
  int4: Uint8Array<ArrayBuffer>
}
export type ArrayOf<T extends DType> = ArrayTypes[T]
export type AnyArray = ArrayTypes[DType]

interface ArrayConstructor<A> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A
}

interface DTypeFacts<T extends DType> {
  /** ONNXTensorElementDataType of the C API. */
  readonly onnx: number
  readonly array: ArrayConstructor<ArrayOf<T>>
  /** Elements in one item of the array; 1 unless given. */
  readonly packed?: number
}

const dtypes: { readonly [T in DType]: DTypeFacts<T> } = {
  float32: { onnx: 1, array: Float32Array },
  uint8: { onnx: 2, array: Uint8Array },
  int8: { onnx: 3, array: Int8Array },
  int32: { onnx: 6, array: Int32Array },
  int64: { onnx: 7, array: BigInt64Array },
  bool: { onnx: 9, array: Uint8Array },
  float16: { onnx: 10, array: Uint16Array },
  uint32: { onnx: 12, array: Uint32Array },
  bfloat16: { onnx: 16, array: Uint16Array },
  int4: { onnx: 22, array: Uint8Array, packed: 2 },
}

/** The C API's number of an element type. */
export const onnxTypeOf = (dtype: DType): number => dtypes[dtype].onnx

/** The element type with this number in the C API; null for one that we do not use (strings, doubles). */
export function dtypeOfOnnx(onnx: number): DType | null {
  return (Object.keys(dtypes) as DType[]).find((dtype) => dtypes[dtype].onnx === onnx) ?? null
}

/** Bytes of one element: half of one for int4. */
export const bytesPerElement = (dtype: DType): number =>
  dtypes[dtype].array.BYTES_PER_ELEMENT / (dtypes[dtype].packed ?? 1)

/** Items of the typed array that holds `count` elements. */
export const itemCountOf = (dtype: DType, count: number): number => Math.ceil(count / (dtypes[dtype].packed ?? 1))

/** The number of elements of a shape; 1 for a scalar. */
export const elementCountOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

/** A typed view of `count` elements of a buffer. */
export function arrayView<T extends DType>(
  dtype: T,
  buffer: ArrayBuffer,
  byteOffset: number,
  count: number,
): ArrayOf<T> {
  const facts: DTypeFacts<T> = dtypes[dtype]
  return new facts.array(buffer, byteOffset, itemCountOf(dtype, count))
}

/** Whether a typed array can hold this element type. */
export const fits = (dtype: DType, array: ArrayBufferView): boolean =>
  array instanceof (dtypes[dtype].array as unknown as new () => AnyArray)
