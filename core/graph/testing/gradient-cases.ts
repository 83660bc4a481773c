import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DType, Operation, Shape, Value } from '../ir.ts'
import { add, mul } from '../ops/index.ts'

/** An input of a case: float32 ones are differentiated. */
export interface CaseInput {
  readonly shape: Shape
  readonly values: readonly number[]
  readonly dtype?: DType
}

/** One use of an op: what it is given, and the values (whose weighted sum is differentiated) that it gives. */
export interface GradientCase {
  readonly name: string
  readonly inputs: readonly CaseInput[]
  readonly dims?: Readonly<Record<string, number>>
  /** Left out on WebGPU: the software GPU of the tests has no float16. */
  readonly float16?: boolean
  build(inputs: readonly Value[]): Value | readonly Value[]
}

/** Irregular numbers between -1.5 and 1.5, the same at every run. */
export const wave = (count: number, phase = 0): number[] =>
  Array.from({ length: count }, (_, index) => 1.5 * Math.sin(1.7 * index + 0.9 * phase + 0.4))

const positive = (count: number, phase = 0): number[] => wave(count, phase).map((value) => 0.5 + Math.abs(value))

export const tensor = (shape: readonly number[], phase = 0): CaseInput => ({
  shape,
  values: wave(
    shape.reduce((a, c) => a * c, 1),
    phase,
  ),
})

export const given = (shape: Shape, values: readonly number[], dtype: DType = 'float32'): CaseInput => ({
  shape,
  values,
  dtype,
})

export const one = (name: string, x: CaseInput, f: (x: Value) => Value | readonly Value[]): GradientCase => ({
  name,
  inputs: [x],
  build: ([input]) => f(input as Value),
})

export const two = (name: string, x: CaseInput, y: CaseInput, f: (x: Value, y: Value) => Value): GradientCase => ({
  name,
  inputs: [x, y],
  build: ([p, q]) => f(p as Value, q as Value),
})

/** Zero, ties, tiny and large numbers for ops on one value. */
export const unaryCases = (f: (x: Value) => Value, extremes: readonly number[]): GradientCase[] => [
  one('irregular numbers', tensor([2, 3]), f),
  one('zero, ties and extremes', given([extremes.length], extremes), f),
  one('used twice', tensor([3], 1), (x) => mul(f(x), f(add(x, x)))),
]

export const binaryCases = (f: (x: Value, y: Value) => Value, second = tensor): GradientCase[] => [
  two('same shape', tensor([2, 3]), second([2, 3], 1), f),
  two('y broadcast along the first axes', tensor([2, 3, 2]), second([2], 1), f),
  two('both broadcast', tensor([2, 1]), second([1, 3], 1), f),
  two('ties and zero', given([4], [0, 1, -1, 0]), given([4], [1, 1, -1, 2]), f),
  one('both the same value', given([3], [0.5, -1, 2]), (x) => f(x, x)),
]

export const positiveTensor = (shape: readonly number[], phase = 0): CaseInput =>
  given(
    shape,
    positive(
      shape.reduce((a, c) => a * c, 1),
      phase,
    ),
  )

/** The cases of an op. */
export interface OpCases {
  readonly op: Operation
  readonly cases: readonly GradientCase[]
}

/** What a file `<op>.cases.ts` beside an op's own exports. */
export const casesOf = (op: Operation, cases: readonly GradientCase[]): OpCases => ({ op, cases })

/** The cases of every op that has some. Throws where a file of cases does not say them. */
export async function allCases(): Promise<OpCases[]> {
  const folder = join(import.meta.dirname, '..', 'ops')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cases.ts')).sort()
  return Promise.all(
    files.map(async (name) => {
      const { cases } = (await import(join(folder, name))) as { cases?: OpCases }
      if (!cases) throw new Error(`${name} exports no cases`)
      return cases
    }),
  )
}
