import type { DType } from '../ir.ts'

/** What an element is in C while it is computed with; element types without one are not for custom kernels. */
export const C_TYPES: Readonly<Partial<Record<DType, 'float' | 'int' | 'long long' | 'bool'>>> = {
  float32: 'float',
  float16: 'float',
  bfloat16: 'float',
  int32: 'int',
  int64: 'long long',
  bool: 'bool',
}

/** What an element is in memory; `half` and `bfloat` are defined in prelude.ts. A byte of int4 holds two. */
export const STORED_TYPES: Readonly<Partial<Record<DType, string>>> = {
  float32: 'float',
  float16: 'half',
  bfloat16: 'bfloat',
  int32: 'int',
  int64: 'long long',
  bool: 'bool',
  int8: 'signed char',
  int4: 'unsigned char',
}
