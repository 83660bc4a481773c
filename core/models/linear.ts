import { UserError } from '../contract/errors.ts'
import type { Builder } from '../graph/builder.ts'
import type { DType, Value } from '../graph/ir.ts'
import type { GroupValues, ModelContext, TrainableValues, Weights } from './context.ts'
import {
  matricesOf,
  matrixName,
  type LinearSpec,
  type LoraGroup,
  type LoraLayout,
  type LoraSlot,
  type Place,
} from './lora.ts'

type WeightsAndLinears = Pick<ModelContext, 'b' | 'weight' | 'isTrained' | 'linears'> & {
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
    trainable?.wholes.get(name) ?? frozen(b, weights, name, shape)
  const weight = (name: string, shape: readonly number[], dtype: DType = compute): Value =>
    b.cast(stored(name, shape), dtype)
  const matrix = ({ path, inSize, outSize, transposed }: LinearSpec) =>
    weight(`${path}.weight`, transposed ? [inSize, outSize] : [outSize, inSize])
  const product = (x: Value, spec: LinearSpec) => b.matmul(x, matrix(spec), { transY: !spec.transposed })
  const withBias = (y: Value, { path, outSize, bias }: LinearSpec) =>
    bias ? b.add(y, weight(`${path}.bias`, [outSize])) : y
  return {
    b,
    weight,
    isTrained: (name) => trainable?.wholes.has(name) ?? false,
    // A constant is widened once, before anything runs; of an input only the rows that are used.
    rows: (table, shape, indices) =>
      b.reshape(
        weights.get(table)?.resident
          ? b.cast(b.gather(stored(table, shape), indices), compute)
          : b.gather(weight(table, shape), indices),
        ['N', shape[1]],
      ),
    linears(x, specs) {
      // By path: the layout may come from another reading of the same config.json.
      const paths = specs.map(({ path }) => path)
      const group = trainable?.layout.groups.find(({ slots }) =>
        slots.some(({ module }) => paths.includes(module.path)),
      )
      if (!trainable || !group) return specs.map((spec) => withBias(product(x, spec), spec)) as never
      const low = lowRank(b, trainable, x, group)
      return specs.map((spec) => {
        const index = group.slots.findIndex(({ module }) => module.path === spec.path)
        const slot = group.slots[index]
        if (!slot) return withBias(product(x, spec), spec)
        const delta = low.delta(index)
        const magnitude = trainable.magnitudes.get(slot)
        if (!magnitude) return b.add(withBias(product(x, spec), spec), delta)
        const turn = decomposed(b, {
          trainable,
          group,
          index,
          magnitude,
          weight: matrix(spec),
          transposed: spec.transposed === true,
        })
        // DoRA as PEFT computes it: y = x Wᵀ + b + (μ - 1) x̃ Wᵀ + μ Δ, x̃ = dropout(x)
        const dropped = b.mul(product(low.x, spec), b.constant(low.scale, x.dtype))
        const base = withBias(product(x, spec), spec)
        return b.add(base, b.add(b.mul(dropped, b.sub(turn, b.constant(1, x.dtype))), b.mul(delta, turn)))
      }) as never
    },
  }
}

function frozen(b: Builder, weights: Weights, name: string, shape: readonly number[]): Value {
  const entry = weights.get(name)
  if (!entry) throw new UserError('model/weight', { weight: name, expected: shape.join('×'), found: '-' })
  if (entry.shape.join() !== shape.join())
    throw new UserError('model/weight', { weight: name, expected: shape.join('×'), found: entry.shape.join('×') })
  const weight = b.weight(name, entry.dtype, shape, entry)
  if (!entry.quantized) return weight
  const { block } = entry.quantized
  return b.dequantize(
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
function lowRank(b: Builder, { layout, groups, dropout }: TrainableValues, x: Value, group: LoraGroup): LowRank {
  const { a, bs } = groups.get(group) as GroupValues
  const columns = { axis: 0, start: group.columnOffset, end: group.columnOffset + group.a.shape[1] }
  const kept = dropout
    ? b.mul(x, b.cast(b.dropoutMask(dropout.rows(x), b.slice(dropout.columns, columns), { p: dropout.p }), x.dtype))
    : x
  const scale = 1 / (1 - (dropout?.p ?? 0))
  const low = b.matmul(kept, b.cast(a, x.dtype), { transY: true })
  const lows =
    bs.length === 1
      ? [low]
      : b.split(
          low,
          bs.map(() => layout.rank),
          1,
        )
  return {
    x: kept,
    scale,
    delta: (index) =>
      b.matmul(lows[index] as Value, b.cast(bs[index] as Value, x.dtype), {
        transY: true,
        alpha: layout.scale * scale,
      }),
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
function decomposed(b: Builder, { trainable, group, index, magnitude, weight, transposed }: Decomposition): Value {
  const { layout, groups } = trainable
  const { a, bs } = groups.get(group) as GroupValues
  const ownA =
    group.slots.length === 1
      ? a
      : (b.split(
          a,
          group.slots.map(() => layout.rank),
          0,
        )[index] as Value)
  const ownB = bs[index] as Value
  const update = transposed
    ? b.matmul(ownA, ownB, { transX: true, transY: true, alpha: layout.scale })
    : b.matmul(ownB, ownA, { alpha: layout.scale })
  return b.cast(
    b.div(magnitude, b.detach(rowNorms(b, b.add(b.cast(weight, 'float32'), update), transposed))),
    weight.dtype,
  )
}

const rowNorms = (b: Builder, w: Value, transposed: boolean): Value =>
  b.sqrt(b.reduceSum(b.mul(w, w), [transposed ? 0 : 1], false))

/** ‖W‖ of every row of a module's weight [outSize]: where DoRA's magnitudes begin. */
export function weightNorms(b: Builder, weights: Weights, { path, inSize, outSize, transposed }: LinearSpec): Value {
  const w = frozen(b, weights, `${path}.weight`, transposed ? [inSize, outSize] : [outSize, inSize])
  return rowNorms(b, b.cast(w, 'float32'), transposed === true)
}

type Matrices = Pick<TrainableValues, 'groups' | 'magnitudes' | 'wholes'>

/** Cuts p [P] into what is trained, in the type that is computed in where only LoRA's matrices are. */
export function cutTrainable(b: Builder, layout: LoraLayout, p: Value, compute: ComputeType): Matrices {
  const places = matricesOf(layout)
  const parts = b.split(
    b.cast(p, matrixType(layout, compute)),
    places.map(({ shape }) => shape[0] * shape[1]),
    0,
  )
  return arrange(
    b,
    layout,
    new Map(places.map((place, index) => [place, b.reshape(parts[index] as Value, place.shape)])),
  )
}

/**
 * The matrices as inputs of their own, for programs that run often with the same p: cutting costs a copy of p at every
 * run.
 */
export function trainableInputs(b: Builder, layout: LoraLayout, compute: ComputeType): Matrices {
  return arrange(
    b,
    layout,
    new Map(
      matricesOf(layout).map((place) => [place, b.input(matrixName(place), matrixType(layout, compute), place.shape)]),
    ),
  )
}

/** What the matrices of a layout are given in: where only LoRA's are trained, as they are computed with. */
export const matrixType = ({ wholes, slots }: LoraLayout, compute: ComputeType): ComputeType =>
  wholes.length > 0 || slots.some(({ magnitude }) => magnitude) ? 'float32' : compute

function arrange(b: Builder, { groups, slots, wholes }: LoraLayout, values: ReadonlyMap<Place, Value>): Matrices {
  const at = (place: Place) => values.get(place) as Value
  const magnitudes = slots.flatMap((slot): [LoraSlot, Value][] =>
    slot.magnitude ? [[slot, b.reshape(at(slot.magnitude), [slot.module.outSize])]] : [],
  )
  return {
    groups: new Map(groups.map((group) => [group, { a: at(group.a), bs: group.slots.map((slot) => at(slot.b)) }])),
    magnitudes: new Map(magnitudes),
    wholes: new Map(wholes.map(({ name, shape, place }) => [name, b.reshape(at(place), shape)])),
  }
}
