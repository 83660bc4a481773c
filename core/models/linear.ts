import { UserError } from '../contract/errors.ts'
import type { Builder } from '../graph/builder.ts'
import type { DType, Value } from '../graph/ir.ts'
import {
  add,
  cast,
  dequantize,
  detach,
  div,
  dropoutMask,
  gather,
  matmul,
  mul,
  reduceSum,
  reshape,
  slice,
  split,
  sqrt,
  sub,
} from '../graph/ops/index.ts'
import type { GroupValues, ModelContext, TrainableValues, Weights } from './context.ts'
import {
  matricesOf,
  matrixName,
  type LinearSpec,
  type LoraGroup,
  type LoraLayout,
  type LoraSlot,
  type VectorSlice,
} from './lora.ts'

type WeightsAndLinears = Pick<ModelContext, 'weight' | 'isTrained' | 'linears'> & {
  /** Rows of a table [count, width] in the type that is computed in; the table itself stays as it is stored. */
  rows(table: string, shape: readonly [count: number, width: number], indices: Value): Value
}

/** What is computed in where nothing else is said. */
export type ComputeType = 'float32' | 'float16' | 'bfloat16'

/**
 * The part of a context that does not depend on the program: weights from the checkpoint or from p, and linear layers
 * with LoRA.
 */
export function weightsAndLinears(
  b: Builder,
  weights: Weights,
  trainable: TrainableValues | null,
  compute: ComputeType,
): WeightsAndLinears {
  const stored = (name: string, shape: readonly number[]): Value =>
    trainable?.fullWeights.get(name) ?? frozen(b, weights, name, shape)
  const weight = (name: string, shape: readonly number[], dtype: DType = compute): Value =>
    cast(stored(name, shape), dtype)
  const matrix = ({ path, inSize, outSize, transposed }: LinearSpec) =>
    weight(`${path}.weight`, transposed ? [inSize, outSize] : [outSize, inSize])
  const product = (x: Value, spec: LinearSpec) => matmul(x, matrix(spec), { transY: !spec.transposed })
  const withBias = (y: Value, { path, outSize, bias }: LinearSpec) =>
    bias ? add(y, weight(`${path}.bias`, [outSize])) : y
  return {
    weight,
    isTrained: (name) => trainable?.fullWeights.has(name) ?? false,
    // A constant is cast once, before anything runs. Of an input only the rows that are used are cast.
    rows: (table, shape, indices) =>
      reshape(
        weights.get(table)?.resident
          ? cast(gather(stored(table, shape), indices), compute)
          : gather(weight(table, shape), indices),
        ['N', shape[1]],
      ),
    linears(x, specs) {
      // By path: the layout may come from another reading of the same config.json.
      const paths = specs.map(({ path }) => path)
      const group = trainable?.layout.groups.find(({ slots }) =>
        slots.some(({ module }) => paths.includes(module.path)),
      )
      if (!trainable || !group) return specs.map((spec) => withBias(product(x, spec), spec)) as never
      const low = lowRank(trainable, x, group)
      return specs.map((spec) => {
        const index = group.slots.findIndex(({ module }) => module.path === spec.path)
        const slot = group.slots[index]
        if (!slot) return withBias(product(x, spec), spec)
        const delta = low.delta(index)
        const magnitude = trainable.magnitudes.get(slot)
        if (!magnitude) return add(withBias(product(x, spec), spec), delta)
        const turn = decomposed({
          trainable,
          group,
          index,
          magnitude,
          weight: matrix(spec),
          transposed: spec.transposed === true,
        })
        // DoRA as PEFT computes it: y = x Wᵀ + b + (μ - 1) x̃ Wᵀ + μ Δ, x̃ = dropout(x)
        const dropped = mul(product(low.x, spec), low.scale)
        const base = withBias(product(x, spec), spec)
        return add(base, add(mul(dropped, sub(turn, 1)), mul(delta, turn)))
      }) as never
    },
  }
}

function frozen(b: Builder, weights: Weights, name: string, shape: readonly number[]): Value {
  const entry = weights.get(name)
  if (!entry) throw new UserError('model/weight-missing', { weight: name })
  if (entry.shape.join() !== shape.join())
    throw new UserError('model/weight', { weight: name, expected: shape.join('×'), found: entry.shape.join('×') })
  const weight = b.weight(name, entry.dtype, shape, entry)
  if (!entry.quantized) return weight
  const { block } = entry.quantized
  return dequantize(
    weight,
    b.weight(`${name}.scales`, 'float32', [shape[0] as number, (shape[1] as number) / block], entry),
    block,
  )
}

interface LowRank {
  /** The x that the branch reads, before dropout's scale. */
  readonly x: Value
  readonly scale: number
  /** The branch of the group's module number `index`. */
  delta(index: number): Value
}

// Δ = s · dropout(x) Aᵀ Bᵀ for every module of the group; dropout's factor 1/(1-p) is folded into the scale.
function lowRank({ layout, groups, dropout }: TrainableValues, x: Value, group: LoraGroup): LowRank {
  const { a, bs } = groups.get(group) as GroupValues
  const columns = { axis: 0, start: group.columnOffset, end: group.columnOffset + group.a.shape[1] }
  const kept = dropout
    ? mul(x, cast(dropoutMask(dropout.rows(x), slice(dropout.columns, columns), { p: dropout.p }), x.dtype))
    : x
  const scale = 1 / (1 - (dropout?.p ?? 0))
  const low = matmul(kept, cast(a, x.dtype), { transY: true })
  const lows =
    bs.length === 1
      ? [low]
      : split(
          low,
          bs.map(() => layout.rank),
          1,
        )
  return {
    x: kept,
    scale,
    delta: (index) =>
      matmul(lows[index] as Value, cast(bs[index] as Value, x.dtype), { transY: true, alpha: layout.scale * scale }),
  }
}

interface Decomposition {
  readonly trainable: TrainableValues
  readonly group: LoraGroup
  readonly index: number
  readonly magnitude: Value
  readonly weight: Value
  readonly transposed: boolean
}

// μ = m / ‖W + s B A‖ of every row, the norm taken as constant (DoRA, Liu et al. 2024, section 4.3)
function decomposed({ trainable, group, index, magnitude, weight, transposed }: Decomposition): Value {
  const { layout, groups } = trainable
  const { a, bs } = groups.get(group) as GroupValues
  const ownA =
    group.slots.length === 1
      ? a
      : (split(
          a,
          group.slots.map(() => layout.rank),
          0,
        )[index] as Value)
  const ownB = bs[index] as Value
  const update = transposed
    ? matmul(ownA, ownB, { transX: true, transY: true, alpha: layout.scale })
    : matmul(ownB, ownA, { alpha: layout.scale })
  return cast(div(magnitude, detach(rowNorms(add(cast(weight, 'float32'), update), transposed))), weight.dtype)
}

const rowNorms = (w: Value, transposed: boolean): Value => sqrt(reduceSum(mul(w, w), [transposed ? 0 : 1], false))

/** ‖W‖ of every row of a module's weight [outSize]: where DoRA's magnitudes begin. */
export function weightNorms(b: Builder, weights: Weights, { path, inSize, outSize, transposed }: LinearSpec): Value {
  const w = frozen(b, weights, `${path}.weight`, transposed ? [inSize, outSize] : [outSize, inSize])
  return rowNorms(cast(w, 'float32'), transposed === true)
}

type Matrices = Pick<TrainableValues, 'groups' | 'magnitudes' | 'fullWeights'>

/** Cuts p [P] into what is trained, in the type that is computed in where only LoRA's matrices are. */
export function cutTrainable(layout: LoraLayout, p: Value, compute: ComputeType): Matrices {
  const places = matricesOf(layout)
  const parts = split(
    cast(p, matrixType(layout, compute)),
    places.map(({ shape }) => shape[0] * shape[1]),
    0,
  )
  return arrange(layout, new Map(places.map((place, index) => [place, reshape(parts[index] as Value, place.shape)])))
}

/**
 * The matrices as inputs of their own, for programs that run often with the same p: cutting costs a copy of p at every
 * run.
 */
export function trainableInputs(b: Builder, layout: LoraLayout, compute: ComputeType): Matrices {
  return arrange(
    layout,
    new Map(
      matricesOf(layout).map((place) => [place, b.input(matrixName(place), matrixType(layout, compute), place.shape)]),
    ),
  )
}

/** What the matrices of a layout are given in: where only LoRA's are trained, as they are computed with. */
export const matrixType = ({ fullWeights, slots }: LoraLayout, compute: ComputeType): ComputeType =>
  fullWeights.length > 0 || slots.some(({ magnitude }) => magnitude) ? 'float32' : compute

function arrange({ groups, slots, fullWeights }: LoraLayout, values: ReadonlyMap<VectorSlice, Value>): Matrices {
  const at = (place: VectorSlice) => values.get(place) as Value
  const magnitudes = slots.flatMap((slot): [LoraSlot, Value][] =>
    slot.magnitude ? [[slot, reshape(at(slot.magnitude), [slot.module.outSize])]] : [],
  )
  return {
    groups: new Map(groups.map((group) => [group, { a: at(group.a), bs: group.slots.map((slot) => at(slot.b)) }])),
    magnitudes: new Map(magnitudes),
    fullWeights: new Map(fullWeights.map(({ name, shape, place }) => [name, reshape(at(place), shape)])),
  }
}
