import { z } from 'zod'
import type { Dim, Value } from '../ir.ts'
import { expectThat } from '../op.ts'
import { broadcast } from '../shapes.ts'

/** Of MatMul and MatMulAdd. */
export const MatmulAttributes = z.object({
  /** Read the last two axes of x or y swapped. */
  transX: z.boolean(),
  transY: z.boolean(),
  /** The product is multiplied by it. */
  alpha: z.number(),
})
export type MatmulAttributes = z.infer<typeof MatmulAttributes>

/** Shape of the product. Throws InternalError where the operands do not fit. */
export function productShape(x: Value, y: Value, { transX, transY }: MatmulAttributes): Dim[] {
  expectThat(
    x.shape.length >= 2 && y.shape.length >= 2 && x.dtype === y.dtype,
    'MatMul',
    [x, y],
    'two matrices of one type',
  )
  const [rows, inner] = lastTwo(x, transX)
  const [innerY, columns] = lastTwo(y, transY)
  expectThat(inner === innerY, 'MatMul', [x, y], `inner sizes to agree (transX ${transX}, transY ${transY})`)
  return [...broadcast(x.shape.slice(0, -2), y.shape.slice(0, -2)), rows, columns]
}

function lastTwo({ shape }: Value, swap: boolean): [Dim, Dim] {
  const [rows, columns] = shape.slice(-2) as [Dim, Dim]
  return swap ? [columns, rows] : [rows, columns]
}
