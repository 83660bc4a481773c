import { UserError } from '../contract/errors.ts'
import type { Builder } from '../graph/builder.ts'
import type { Value } from '../graph/ir.ts'
import type { LoraValues, ModelContext, Weights } from './context.ts'
import { matricesOf, matrixName, type LinearSpec, type LoraGroup, type LoraLayout, type Place } from './lora.ts'

type WeightsAndLinears = Pick<ModelContext, 'b' | 'has' | 'weight' | 'linears'>

/** The part of a context that does not depend on the program: weights from the checkpoint, and linear layers with LoRA. */
export function weightsAndLinears(b: Builder, weights: Weights, lora: LoraValues | null): WeightsAndLinears {
  const weight = (name: string, shape: readonly number[]): Value => {
    const entry = weights.get(name)
    if (!entry) throw new UserError('model/weight', { weight: name, expected: shape.join('×'), found: '-' })
    if (entry.shape.join() !== shape.join()) throw new UserError('model/weight', { weight: name, expected: shape.join('×'), found: entry.shape.join('×') })
    return b.cast(b.weight(name, entry.dtype, shape, entry), 'float32')
  }
  // y = x Wᵀ + b
  const base = (x: Value, { path, inSize, outSize, bias }: LinearSpec): Value => {
    const product = b.matmul(x, weight(`${path}.weight`, [outSize, inSize]), { transY: true })
    return bias ? b.add(product, weight(`${path}.bias`, [outSize])) : product
  }
  return {
    b,
    weight,
    has: (name) => weights.has(name),
    linears(x, specs) {
      const bases = specs.map((spec) => base(x, spec))
      // By path: the layout may come from another reading of the same config.json.
      const paths = specs.map(({ path }) => path)
      const group = lora?.layout.groups.find(({ slots }) => slots.some(({ module }) => paths.includes(module.path)))
      if (!lora || !group) return bases as never
      const deltas = loraDeltas(b, lora, x, group)
      return specs.map((spec, index) => addTo(b, bases[index] as Value, deltas.get(spec.path))) as never
    },
  }
}

const addTo = (b: Builder, x: Value, delta: Value | undefined): Value => (delta ? b.add(x, delta) : x)

// Δ = (α/r) dropout(x) Aᵀ Bᵀ for every module of the group; dropout's factor 1/(1-p) is folded into the scale.
function loraDeltas(b: Builder, { layout, matrices, dropout }: LoraValues, x: Value, group: LoraGroup): Map<string, Value> {
  const { a, bs } = matrices.get(group) as { a: Value; bs: readonly Value[] }
  const columns = { axis: 0, start: group.columnOffset, end: group.columnOffset + group.a.shape[1] }
  const kept = dropout ? b.mul(x, b.dropoutMask(dropout.rows(x), b.slice(dropout.columns, columns), { p: dropout.p })) : x
  const low = b.matmul(kept, a, { transY: true })
  const lows = bs.length === 1 ? [low] : b.split(low, bs.map(() => layout.rank), 1)
  const alpha = layout.scale / (1 - (dropout?.p ?? 0))
  return new Map(group.slots.map(({ module }, index) => [module.path, b.matmul(lows[index] as Value, bs[index] as Value, { transY: true, alpha })]))
}

/** Cuts p [P] into the matrices of every group. */
export function cutLora(b: Builder, layout: LoraLayout, p: Value): LoraValues['matrices'] {
  const places = matricesOf(layout)
  const parts = b.split(p, places.map(({ shape }) => shape[0] * shape[1]), 0)
  return groupMatrices(layout, new Map(places.map((place, index) => [place, b.reshape(parts[index] as Value, place.shape)])))
}

/** The matrices as inputs of their own, for programs that run often with the same p: cutting costs a copy of p at every run. */
export function loraInputs(b: Builder, layout: LoraLayout): LoraValues['matrices'] {
  return groupMatrices(layout, new Map(matricesOf(layout).map((place) => [place, b.input(matrixName(place), 'float32', place.shape)])))
}

const groupMatrices = ({ groups }: LoraLayout, values: ReadonlyMap<Place, Value>): LoraValues['matrices'] =>
  new Map(groups.map((group) => [group, { a: values.get(group.a) as Value, bs: group.slots.map((slot) => values.get(slot.b) as Value) }]))
