import { elementCount } from './tensor-types.ts'

/** Number of elements from the first to the last element of a strided view, both included; 0 where it has none. */
export const spanOf = (shape: readonly number[], strides: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((span, size, axis) => span + (size - 1) * strides[axis]!, 1)

/** True where a view's elements follow each other in row-major order. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false
    step *= shape[axis]!
  }
  return true
}

const elements = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const

/**
 * Copies a strided view's elements into row-major order. `source` starts at the first element and has a buffer of its
 * own.
 */
export function gather(
  source: Uint8Array<ArrayBuffer>,
  { shape, strides }: Strided,
  elementBytes: keyof typeof elements,
): Uint8Array<ArrayBuffer> {
  const from = new elements[elementBytes](source.buffer)
  const to = new elements[elementBytes](elementCount(shape))
  const size = shape.at(-1) ?? 1
  const stride = strides.at(-1) ?? 1
  const outer = { shape: shape.slice(0, -1), strides: strides.slice(0, -1) }
  for (let row = 0; row * size < to.length; row++) {
    const start = rowStart(row, outer)
    for (let i = 0; i < size; i++) to[row * size + i] = from[start + i * stride]!
  }
  return new Uint8Array(to.buffer)
}

interface Strided {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** The element at which the row with this row-major number starts. */
function rowStart(row: number, { shape, strides }: Strided): number {
  let start = 0
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    start += (row % shape[axis]!) * strides[axis]!
    row = Math.floor(row / shape[axis]!)
  }
  return start
}
