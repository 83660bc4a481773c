import type { Value } from '../ir.ts'
import { casesOf, one, tensor, two, type GradientCase } from '../testing/gradient-cases.ts'
import { add } from './add.ts'
import { matmul, matmulOp } from './matmul.ts'

const products = (): GradientCase[] => {
  const flags = [false, true].flatMap((transX) => [false, true].map((transY) => ({ transX, transY })))
  const turned = (shape: number[], swap: boolean) =>
    swap ? [...shape.slice(0, -2), shape.at(-1) as number, shape.at(-2) as number] : shape
  return [
    ...flags.map((flag) =>
      two(
        `matrices ${JSON.stringify(flag)}`,
        tensor(turned([2, 3], flag.transX)),
        tensor(turned([3, 4], flag.transY), 1),
        (x, y) => matmul(x, y, { ...flag, alpha: 0.7 }),
      ),
    ),
    ...flags.map((flag) =>
      two(
        `batches, broadcast ${JSON.stringify(flag)}`,
        tensor(turned([2, 2, 2, 3], flag.transX)),
        tensor(turned([2, 1, 3, 2], flag.transY), 1),
        (x, y) => matmul(x, y, { ...flag, alpha: 1.3 }),
      ),
    ),
    one('a matrix by itself', tensor([2, 2]), (x) => matmul(x, x)),
    {
      name: 'a sum of products',
      inputs: [tensor([2, 3]), tensor([3, 2], 1), tensor([2, 2], 2)],
      build: ([x, y, c]) =>
        add(add(c as Value, matmul(x as Value, y as Value)), matmul(x as Value, y as Value, { alpha: 2 })),
    },
  ]
}

export const cases = casesOf(matmulOp, products())
