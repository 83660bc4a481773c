import { InternalError } from '../contract/errors.ts'
import type { Dim, Shape, Typed } from './ir.ts'

/** NumPy's broadcasting rule; a named dimension fits itself and 1. Throws InternalError where shapes do not fit. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  const at = (shape: Shape, index: number): Dim => shape[index - (rank - shape.length)] ?? 1
  return Array.from({ length: rank }, (_, index) => {
    const [x, y] = [at(a, index), at(b, index)]
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new InternalError(`cannot broadcast [${a.join()}] with [${b.join()}]`)
  })
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, index) => dim === b[index])

/** `axis` counted from the front. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** Product of the known sizes. */
export const knownSize = (shape: Shape): number =>
  shape.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1)

/** The shape with another size along one axis. */
export const replaceAt = (shape: Shape, axis: number, size: number): Shape =>
  shape.map((dim, index) => (index === axis ? size : dim))

/** Size along an axis. Throws InternalError where it is known only at run time, or there is no such axis. */
export function sizeAt({ shape }: Typed, axis: number): number {
  const size = shape[axis]
  if (typeof size !== 'number') throw new InternalError(`axis ${axis} of [${shape.join()}] has no known size`)
  return size
}
