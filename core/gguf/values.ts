// Metadata of a GGUF file: typed values by name.

/** The types of single values and their numbers in a file. */
export const scalarTypes = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const

export type ScalarType = keyof typeof scalarTypes
/** The number of an array's type. */
export const ARRAY = 9

const byNumber = new Map<number, ScalarType>(
  Object.entries(scalarTypes).map(([name, number]) => [number, name as ScalarType]),
)

/** The scalar type with this number; undefined for none. */
export const scalarTypeOf = (number: number): ScalarType | undefined => byNumber.get(number)

/** 64-bit integers are numbers too, as near as numbers get. */
export type Scalar = number | boolean | string

/** A single value, or an array of values of one type. */
export type GgufValue =
  | { readonly type: ScalarType; readonly value: Scalar }
  | { readonly type: 'array'; readonly of: ScalarType; readonly values: readonly Scalar[] }

export type Metadata = ReadonlyMap<string, GgufValue>

export const uint32 = (value: number): GgufValue => ({ type: 'uint32', value })
export const float32 = (value: number): GgufValue => ({ type: 'float32', value })
export const bool = (value: boolean): GgufValue => ({ type: 'bool', value })
export const string = (value: string): GgufValue => ({ type: 'string', value })
export const array = (of: ScalarType, values: readonly Scalar[]): GgufValue => ({ type: 'array', of, values })
