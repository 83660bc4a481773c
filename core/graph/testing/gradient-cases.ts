import type { Builder } from '../builder.ts'
import type { DType, Shape, Value } from '../ir.ts'

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
  build(b: Builder, inputs: readonly Value[]): Value | readonly Value[]
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

const one = (name: string, x: CaseInput, f: (b: Builder, x: Value) => Value | readonly Value[]): GradientCase => ({
  name,
  inputs: [x],
  build: (b, [input]) => f(b, input as Value),
})
const two = (name: string, x: CaseInput, y: CaseInput, f: (b: Builder, x: Value, y: Value) => Value): GradientCase => ({
  name,
  inputs: [x, y],
  build: (b, [p, q]) => f(b, p as Value, q as Value),
})

/** Zero, ties, tiny and large numbers for ops on one value. */
const unaryCases = (f: (b: Builder, x: Value) => Value, extremes: readonly number[]): GradientCase[] => [
  one('irregular numbers', tensor([2, 3]), f),
  one('zero, ties and extremes', given([extremes.length], extremes), f),
  one('used twice', tensor([3], 1), (b, x) => b.mul(f(b, x), f(b, b.add(x, x)))),
]
const binaryCases = (f: (b: Builder, x: Value, y: Value) => Value, second = tensor): GradientCase[] => [
  two('same shape', tensor([2, 3]), second([2, 3], 1), f),
  two('y broadcast along the first axes', tensor([2, 3, 2]), second([2], 1), f),
  two('both broadcast', tensor([2, 1]), second([1, 3], 1), f),
  two('ties and zero', given([4], [0, 1, -1, 0]), given([4], [1, 1, -1, 2]), f),
  one('both the same value', given([3], [0.5, -1, 2]), (b, x) => f(b, x, x)),
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
        (b, x, y) => b.matmul(x, y, { ...flag, alpha: 0.7 }),
      ),
    ),
    ...flags.map((flag) =>
      two(
        `batches, broadcast ${JSON.stringify(flag)}`,
        tensor(turned([2, 2, 2, 3], flag.transX)),
        tensor(turned([2, 1, 3, 2], flag.transY), 1),
        (b, x, y) => b.matmul(x, y, { ...flag, alpha: 1.3 }),
      ),
    ),
    one('a matrix by itself', tensor([2, 2]), (b, x) => b.matmul(x, x)),
    {
      name: 'a sum of products',
      inputs: [tensor([2, 3]), tensor([3, 2], 1), tensor([2, 2], 2)],
      build: (b, [x, y, c]) =>
        b.add(b.add(c as Value, b.matmul(x as Value, y as Value)), b.matmul(x as Value, y as Value, { alpha: 2 })),
    },
  ]
}

const rotaryCase = (heads: number, headSize = 4): GradientCase => {
  const angles = wave(8, 3)
  const inputs = [tensor([2, 3, heads * headSize]), given([2, 3], [0, 1, 2, 3, 0, 1], 'int64')]
  return {
    name: `${heads} heads of ${headSize}`,
    inputs,
    build: (b, [x, positions]) =>
      b.rotary(
        x as Value,
        positions as Value,
        b.constant(angles.map(Math.cos), 'float32', [4, 2]),
        b.constant(angles.map(Math.sin), 'float32', [4, 2]),
        { heads, size: 4 },
      ),
  }
}

/** Cases of every differentiable op by its type; a type without any fails the test. */
export const gradientCases: Readonly<Record<string, readonly GradientCase[]>> = {
  Add: binaryCases((b, x, y) => b.add(x, y)),
  Sub: binaryCases((b, x, y) => b.sub(x, y)),
  Mul: binaryCases((b, x, y) => b.mul(x, y)),
  Div: binaryCases((b, x, y) => b.div(x, y), positiveTensor),
  Neg: unaryCases((b, x) => b.neg(x), [0, -3, 3, 3, 50]),
  Exp: unaryCases((b, x) => b.exp(x), [0, -20, 2, 2, 3]),
  Log: [
    one('positive numbers', given([4], [0.5, 1, 1, 30]), (b, x) => b.log(x)),
    one('used twice', positiveTensor([3]), (b, x) => b.mul(b.log(x), b.log(b.mul(x, x)))),
  ],
  Sqrt: [
    one('positive numbers', given([4], [0.5, 1, 1, 30]), (b, x) => b.sqrt(x)),
    one('used twice', positiveTensor([3]), (b, x) => b.mul(b.sqrt(x), b.sqrt(b.add(x, x)))),
  ],
  Sigmoid: unaryCases((b, x) => b.sigmoid(x), [0, -15, 15, 1, 1]),
  Tanh: unaryCases((b, x) => b.tanh(x), [0, -9, 9, 1, 1]),
  Silu: unaryCases((b, x) => b.silu(x), [0, -15, 15, 1, 1, 60]),
  Cast: [
    {
      ...one('to fewer bits and back', given([4], [0, 0.25, -1.5, 2]), (b, x) =>
        b.cast(b.cast(x, 'float16'), 'float32'),
      ),
      float16: true,
    },
  ],
  WithGradient: [
    one('sums of squares', tensor([3, 2]), (b, x) =>
      b.withGradient(b.reduceSum(b.mul(x, x), [1], false), x, b.mul(x, b.constant(8)), 4),
    ),
  ],
  Where: [
    {
      name: 'broadcast condition and values',
      inputs: [given([2, 1], [1, 0], 'bool'), tensor([2, 3]), tensor([3], 1)],
      build: (b, [c, x, y]) => b.where(c as Value, x as Value, y as Value),
    },
    {
      name: 'one value twice',
      inputs: [given([2], [1, 0], 'bool'), tensor([2])],
      build: (b, [c, x]) => b.where(c as Value, x as Value, b.mul(x as Value, x as Value)),
    },
  ],
  MatMul: matmulCases(),
  Reshape: [
    one('known sizes', tensor([2, 6]), (b, x) => b.mul(b.reshape(x, [3, 4]), b.reshape(x, [3, 4]))),
    {
      name: 'named sizes',
      dims: { B: 2, T: 3, N: 6 },
      inputs: [given(['B', 'T', 2], wave(12))],
      build: (b, [x]) => b.reshape(b.reshape(x as Value, ['N', 2]), ['B', 2, 'T', 1]),
    },
  ],
  Transpose: [
    one('three axes', tensor([2, 3, 2]), (b, x) => b.mul(b.transpose(x, [2, 0, 1]), b.transpose(x, [2, 0, 1]))),
  ],
  Slice: [
    one('overlapping slices', tensor([2, 5]), (b, x) =>
      b.mul(b.slice(x, { axis: 1, start: 1, end: 4 }), b.slice(x, { axis: 1, start: 2, end: 5 })),
    ),
  ],
  Pad: [one('both sides', tensor([2, 3]), (b, x) => b.pad(b.mul(x, x), { axis: 1, before: 2, after: 1 }))],
  Concat: [
    two('a value twice', tensor([2, 1]), tensor([2, 3], 1), (b, x, y) => b.concat([x, b.mul(x, x), y], 1)),
    one('more values than a shader binds', tensor([1, 2]), (b, x) =>
      b.concat(
        Array.from({ length: 40 }, (_, index) => b.mul(x, b.constant(index))),
        0,
      ),
    ),
  ],
  Split: [
    one('a part unused', tensor([2, 6]), (b, x) => {
      const [p, , q] = b.split(x, [1, 2, 3], 1) as [Value, Value, Value]
      return [b.mul(p, p), q]
    }),
    one('many parts', tensor([18]), (b, x) =>
      b.split(
        b.mul(x, x),
        Array.from({ length: 18 }, () => 1),
        0,
      ),
    ),
  ],
  Expand: [two('rows', tensor([1, 3]), tensor([4, 3], 1), (b, x, like) => b.mul(b.expandLike(x, like), like))],
  Gather: [
    {
      name: 'a row twice, one never',
      inputs: [tensor([4, 3]), given([3], [2, 0, 2], 'int32')],
      build: (b, [table, indices]) => b.gather(table as Value, indices as Value),
    },
    {
      name: 'indices in two axes',
      inputs: [tensor([4, 2]), given([2, 2], [1, 1, 3, 0], 'int64')],
      build: (b, [table, indices]) => b.gather(table as Value, indices as Value),
    },
  ],
  ScatterRows: [
    {
      name: 'a row twice',
      inputs: [tensor([4, 2]), given([3], [2, 0, 2], 'int32'), tensor([3, 2], 1)],
      build: (b, [table, indices, updates]) =>
        b.add(table as Value, b.scatterRows(table as Value, indices as Value, updates as Value)),
    },
  ],
  ReduceSum: [
    one('an axis kept', tensor([2, 3, 2]), (b, x) => b.mul(x, b.reduceSum(x, [1], true))),
    one('axes from both ends, dropped', tensor([2, 3, 2]), (b, x) => b.reduceSum(b.mul(x, x), [0, -1], false)),
  ],
  Erf: unaryCases((b, x) => b.erf(x), [0, -3, 0.5, 0.5, 2]),
  Abs: unaryCases((b, x) => b.abs(x), [-3, 0.5, 0.5, 40]),
  Relu: unaryCases((b, x) => b.relu(x), [-3, 0.5, 0.5, 40]),
  Detach: [one('one of two ways', tensor([2, 3]), (b, x) => b.sub(b.mul(b.detach(b.mul(x, b.constant(0))), x), x))],
  Gelu: [
    ...unaryCases((b, x) => b.gelu(x, 'none'), [0, -6, 0.5, 0.5, 6]),
    ...unaryCases((b, x) => b.gelu(x, 'tanh'), [0, -6, 0.5, 0.5, 6]),
  ],
  LayerNorm: [
    {
      name: 'rows',
      inputs: [tensor([3, 4]), positiveTensor([4], 1), tensor([4], 2)],
      build: (b, [x, w, c]) => b.layerNorm(x as Value, w as Value, c as Value, 1e-5),
    },
    {
      name: 'small, large and equal rows',
      inputs: [given([3, 2], [0.2, -0.3, 40, -60, 1, 1]), tensor([2], 1), tensor([2])],
      build: (b, [x, w, c]) => b.layerNorm(x as Value, w as Value, c as Value, 1e-2),
    },
    one('x as its own weight and bias', tensor([4]), (b, x) => b.layerNorm(b.reshape(x, [1, 4]), x, x, 1e-5)),
  ],
  ShiftRows: [
    one('down', tensor([4, 2]), (b, x) => b.shiftRows(x, 2)),
    one('up', tensor([3, 2]), (b, x) => b.mul(x, b.shiftRows(x, -1))),
  ],
  Softmax: [
    one('irregular rows', tensor([3, 4]), (b, x) => b.softmax(x)),
    one('ties, extremes and masked places', given([2, 4], [1, 1, 1, 1, 30, -30, 0, -1e30]), (b, x) => b.softmax(x)),
  ],
  RmsNorm: [
    two('rows', tensor([3, 4]), positiveTensor([4], 1), (b, x, w) => b.rmsNorm(x, w, 1e-5)),
    two('small, large and equal rows', given([3, 2], [0.2, -0.3, 40, -60, 1, 1]), tensor([2], 1), (b, x, w) =>
      b.rmsNorm(x, w, 1e-3),
    ),
    one('x as its own weight', tensor([4]), (b, x) => b.rmsNorm(b.reshape(x, [1, 4]), x, 1e-5)),
  ],
  Rotary: [rotaryCase(1), rotaryCase(3), rotaryCase(2, 8)],
  CrossEntropy: [
    {
      name: 'rows with ties and extremes',
      inputs: [given([3, 4], [...wave(4), 0, 0, 0, 0, 20, -20, 3, 1]), given([3], [1, 3, 0], 'int64')],
      build: (b, [logits, labels]) => b.crossEntropy(logits as Value, labels as Value),
    },
    {
      name: 'a hopeless row',
      inputs: [given([1, 3], [0, 60, -60]), given([1], [2], 'int64')],
      build: (b, [logits, labels]) => b.crossEntropy(logits as Value, labels as Value),
    },
  ],
}
