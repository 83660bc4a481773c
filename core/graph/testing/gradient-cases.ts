import type { DType, Shape, Value } from '../ir.ts'
import {
  abs,
  add,
  cast,
  concat,
  crossEntropy,
  detach,
  div,
  erf,
  exp,
  expandLike,
  gather,
  gelu,
  layerNorm,
  log,
  matmul,
  mul,
  neg,
  pad,
  reduceSum,
  relu,
  reshape,
  rmsNorm,
  rotary,
  scatterRows,
  shiftRows,
  sigmoid,
  silu,
  slice,
  softmax,
  split,
  sqrt,
  sub,
  tanh,
  transpose,
  where,
  withGradient,
} from '../ops/index.ts'

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
const wave = (count: number, phase = 0): number[] =>
  Array.from({ length: count }, (_, index) => 1.5 * Math.sin(1.7 * index + 0.9 * phase + 0.4))
const positive = (count: number, phase = 0): number[] => wave(count, phase).map((value) => 0.5 + Math.abs(value))

const tensor = (shape: readonly number[], phase = 0): CaseInput => ({
  shape,
  values: wave(
    shape.reduce((a, c) => a * c, 1),
    phase,
  ),
})
const given = (shape: Shape, values: readonly number[], dtype: DType = 'float32'): CaseInput => ({
  shape,
  values,
  dtype,
})

const one = (name: string, x: CaseInput, f: (x: Value) => Value | readonly Value[]): GradientCase => ({
  name,
  inputs: [x],
  build: ([input]) => f(input as Value),
})
const two = (name: string, x: CaseInput, y: CaseInput, f: (x: Value, y: Value) => Value): GradientCase => ({
  name,
  inputs: [x, y],
  build: ([p, q]) => f(p as Value, q as Value),
})

/** Zero, ties, tiny and large numbers for ops on one value. */
const unaryCases = (f: (x: Value) => Value, extremes: readonly number[]): GradientCase[] => [
  one('irregular numbers', tensor([2, 3]), f),
  one('zero, ties and extremes', given([extremes.length], extremes), f),
  one('used twice', tensor([3], 1), (x) => mul(f(x), f(add(x, x)))),
]
const binaryCases = (f: (x: Value, y: Value) => Value, second = tensor): GradientCase[] => [
  two('same shape', tensor([2, 3]), second([2, 3], 1), f),
  two('y broadcast along the first axes', tensor([2, 3, 2]), second([2], 1), f),
  two('both broadcast', tensor([2, 1]), second([1, 3], 1), f),
  two('ties and zero', given([4], [0, 1, -1, 0]), given([4], [1, 1, -1, 2]), f),
  one('both the same value', given([3], [0.5, -1, 2]), (x) => f(x, x)),
]
const positiveTensor = (shape: readonly number[], phase = 0): CaseInput =>
  given(
    shape,
    positive(
      shape.reduce((a, c) => a * c, 1),
      phase,
    ),
  )

const matmulCases = (): GradientCase[] => {
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

const rotaryCase = (heads: number, headSize = 4): GradientCase => {
  const angles = wave(8, 3)
  const inputs = [tensor([2, 3, heads * headSize]), given([2, 3], [0, 1, 2, 3, 0, 1], 'int64')]
  return {
    name: `${heads} heads of ${headSize}`,
    inputs,
    build: ([x, positions]) =>
      rotary(
        x as Value,
        positions as Value,
        x!.graph.constant(angles.map(Math.cos), 'float32', [4, 2]),
        x!.graph.constant(angles.map(Math.sin), 'float32', [4, 2]),
        { heads, size: 4 },
      ),
  }
}

/** Cases of every differentiable op by its type; a type without any fails the test. */
export const gradientCases: Readonly<Record<string, readonly GradientCase[]>> = {
  Add: binaryCases((x, y) => add(x, y)),
  Sub: binaryCases((x, y) => sub(x, y)),
  Mul: binaryCases((x, y) => mul(x, y)),
  Div: binaryCases((x, y) => div(x, y), positiveTensor),
  Neg: unaryCases((x) => neg(x), [0, -3, 3, 3, 50]),
  Exp: unaryCases((x) => exp(x), [0, -20, 2, 2, 3]),
  Log: [
    one('positive numbers', given([4], [0.5, 1, 1, 30]), (x) => log(x)),
    one('used twice', positiveTensor([3]), (x) => mul(log(x), log(mul(x, x)))),
  ],
  Sqrt: [
    one('positive numbers', given([4], [0.5, 1, 1, 30]), (x) => sqrt(x)),
    one('used twice', positiveTensor([3]), (x) => mul(sqrt(x), sqrt(add(x, x)))),
  ],
  Sigmoid: unaryCases((x) => sigmoid(x), [0, -15, 15, 1, 1]),
  Tanh: unaryCases((x) => tanh(x), [0, -9, 9, 1, 1]),
  Silu: unaryCases((x) => silu(x), [0, -15, 15, 1, 1, 60]),
  Cast: [
    {
      ...one('to fewer bits and back', given([4], [0, 0.25, -1.5, 2]), (x) => cast(cast(x, 'float16'), 'float32')),
      float16: true,
    },
  ],
  WithGradient: [
    one('sums of squares', tensor([3, 2]), (x) => withGradient(reduceSum(mul(x, x), [1], false), x, mul(x, 8), 4)),
  ],
  Where: [
    {
      name: 'broadcast condition and values',
      inputs: [given([2, 1], [1, 0], 'bool'), tensor([2, 3]), tensor([3], 1)],
      build: ([c, x, y]) => where(c as Value, x as Value, y as Value),
    },
    {
      name: 'one value twice',
      inputs: [given([2], [1, 0], 'bool'), tensor([2])],
      build: ([c, x]) => where(c as Value, x as Value, mul(x as Value, x as Value)),
    },
  ],
  MatMul: matmulCases(),
  Reshape: [
    one('known sizes', tensor([2, 6]), (x) => mul(reshape(x, [3, 4]), reshape(x, [3, 4]))),
    {
      name: 'named sizes',
      dims: { B: 2, T: 3, N: 6 },
      inputs: [given(['B', 'T', 2], wave(12))],
      build: ([x]) => reshape(reshape(x as Value, ['N', 2]), ['B', 2, 'T', 1]),
    },
  ],
  Transpose: [one('three axes', tensor([2, 3, 2]), (x) => mul(transpose(x, [2, 0, 1]), transpose(x, [2, 0, 1])))],
  Slice: [
    one('overlapping slices', tensor([2, 5]), (x) =>
      mul(slice(x, { axis: 1, start: 1, end: 4 }), slice(x, { axis: 1, start: 2, end: 5 })),
    ),
  ],
  Pad: [one('both sides', tensor([2, 3]), (x) => pad(mul(x, x), { axis: 1, before: 2, after: 1 }))],
  Concat: [
    two('a value twice', tensor([2, 1]), tensor([2, 3], 1), (x, y) => concat([x, mul(x, x), y], 1)),
    one('more values than a shader binds', tensor([1, 2]), (x) =>
      concat(
        Array.from({ length: 40 }, (_, index) => mul(x, index)),
        0,
      ),
    ),
  ],
  Split: [
    one('a part unused', tensor([2, 6]), (x) => {
      const [p, , q] = split(x, [1, 2, 3], 1) as [Value, Value, Value]
      return [mul(p, p), q]
    }),
    one('many parts', tensor([18]), (x) =>
      split(
        mul(x, x),
        Array.from({ length: 18 }, () => 1),
        0,
      ),
    ),
  ],
  Expand: [two('rows', tensor([1, 3]), tensor([4, 3], 1), (x, like) => mul(expandLike(x, like), like))],
  Gather: [
    {
      name: 'a row twice, one never',
      inputs: [tensor([4, 3]), given([3], [2, 0, 2], 'int32')],
      build: ([table, indices]) => gather(table as Value, indices as Value),
    },
    {
      name: 'indices in two axes',
      inputs: [tensor([4, 2]), given([2, 2], [1, 1, 3, 0], 'int64')],
      build: ([table, indices]) => gather(table as Value, indices as Value),
    },
  ],
  ScatterRows: [
    {
      name: 'a row twice',
      inputs: [tensor([4, 2]), given([3], [2, 0, 2], 'int32'), tensor([3, 2], 1)],
      build: ([table, indices, updates]) =>
        add(table as Value, scatterRows(table as Value, indices as Value, updates as Value)),
    },
  ],
  ReduceSum: [
    one('an axis kept', tensor([2, 3, 2]), (x) => mul(x, reduceSum(x, [1], true))),
    one('axes from both ends, dropped', tensor([2, 3, 2]), (x) => reduceSum(mul(x, x), [0, -1], false)),
  ],
  Erf: unaryCases((x) => erf(x), [0, -3, 0.5, 0.5, 2]),
  Abs: unaryCases((x) => abs(x), [-3, 0.5, 0.5, 40]),
  Relu: unaryCases((x) => relu(x), [-3, 0.5, 0.5, 40]),
  Detach: [one('one of two ways', tensor([2, 3]), (x) => sub(mul(detach(mul(x, 0)), x), x))],
  Gelu: [
    ...unaryCases((x) => gelu(x, 'none'), [0, -6, 0.5, 0.5, 6]),
    ...unaryCases((x) => gelu(x, 'tanh'), [0, -6, 0.5, 0.5, 6]),
  ],
  LayerNorm: [
    {
      name: 'rows',
      inputs: [tensor([3, 4]), positiveTensor([4], 1), tensor([4], 2)],
      build: ([x, w, c]) => layerNorm(x as Value, w as Value, c as Value, 1e-5),
    },
    {
      name: 'small, large and equal rows',
      inputs: [given([3, 2], [0.2, -0.3, 40, -60, 1, 1]), tensor([2], 1), tensor([2])],
      build: ([x, w, c]) => layerNorm(x as Value, w as Value, c as Value, 1e-2),
    },
    one('x as its own weight and bias', tensor([4]), (x) => layerNorm(reshape(x, [1, 4]), x, x, 1e-5)),
  ],
  ShiftRows: [
    one('down', tensor([4, 2]), (x) => shiftRows(x, 2)),
    one('up', tensor([3, 2]), (x) => mul(x, shiftRows(x, -1))),
  ],
  Softmax: [
    one('irregular rows', tensor([3, 4]), (x) => softmax(x)),
    one('ties, extremes and masked places', given([2, 4], [1, 1, 1, 1, 30, -30, 0, -1e30]), (x) => softmax(x)),
  ],
  RmsNorm: [
    two('rows', tensor([3, 4]), positiveTensor([4], 1), (x, w) => rmsNorm(x, w, 1e-5)),
    two('small, large and equal rows', given([3, 2], [0.2, -0.3, 40, -60, 1, 1]), tensor([2], 1), (x, w) =>
      rmsNorm(x, w, 1e-3),
    ),
    one('x as its own weight', tensor([4]), (x) => rmsNorm(reshape(x, [1, 4]), x, 1e-5)),
  ],
  Rotary: [rotaryCase(1), rotaryCase(3), rotaryCase(2, 8)],
  CrossEntropy: [
    {
      name: 'rows with ties and extremes',
      inputs: [given([3, 4], [...wave(4), 0, 0, 0, 0, 20, -20, 3, 1]), given([3], [1, 3, 0], 'int64')],
      build: ([logits, labels]) => crossEntropy(logits as Value, labels as Value),
    },
    {
      name: 'a hopeless row',
      inputs: [given([1, 3], [0, 60, -60]), given([1], [2], 'int64')],
      build: ([logits, labels]) => crossEntropy(logits as Value, labels as Value),
    },
  ],
}
