import { UserError } from '../contract/errors.ts'
import type { Builder } from '../graph/builder.ts'
import type { Value } from '../graph/ir.ts'
import type { LoraValues, ModelContext, Weights } from './context.ts'
import type { LinearSpec, LoraLayout } from './lora.ts'

type WeightAndLinear = Pick<ModelContext, 'b' | 'has' | 'weight' | 'linear'>

/** The part of a context that does not depend on the program: weights from the checkpoint and linear layers with LoRA. */
export function weightsAndLinear(b: Builder, weights: Weights, lora: LoraValues | null): WeightAndLinear {
  const weight = (name: string, shape: readonly number[]): Value => {
    const entry = weights.get(name)
    if (!entry) throw new UserError('model/weight', { weight: name, expected: shape.join('×'), found: '-' })
    if (entry.shape.join() !== shape.join()) throw new UserError('model/weight', { weight: name, expected: shape.join('×'), found: entry.shape.join('×') })
    return b.cast(b.weight(name, entry.dtype, shape, entry), 'float32')
  }
  return {
    b,
    weight,
    has: (name) => weights.has(name),
    linear(x, spec) {
      const product = b.matmul(x, weight(`${spec.path}.weight`, [spec.outSize, spec.inSize]), { transY: true })
      const base = spec.bias ? b.add(product, weight(`${spec.path}.bias`, [spec.outSize])) : product
      return lora ? addLora(b, lora, x, spec, base) : base
    },
  }
}

// y = x Wᵀ + (α/r) dropout(x) Aᵀ Bᵀ; dropout's factor 1/(1-p) is folded into the scale.
function addLora(b: Builder, { layout, slices, dropout }: LoraValues, x: Value, spec: LinearSpec, base: Value): Value {
  const slice = slices.get(spec.path)
  const slot = layout.slots.find(({ module }) => module.path === spec.path)
  if (!slice || !slot) return base
  const dropped = dropout ? b.dropout(x, dropout.rows(x), b.slice(dropout.columns, { axis: 0, start: slot.columnOffset, end: slot.columnOffset + spec.inSize }), { p: dropout.p }) : x
  const alpha = layout.scale / (1 - (dropout?.p ?? 0))
  return b.add(base, b.matmul(b.matmul(dropped, slice.a, { transY: true }), slice.b, { transY: true, alpha }))
}

/** Cuts p [P] into every A and B. */
export function sliceLora(b: Builder, layout: LoraLayout, p: Value): Map<string, { a: Value; b: Value }> {
  const cut = ({ offset, shape }: { readonly offset: number; readonly shape: readonly [number, number] }) =>
    b.reshape(b.slice(p, { axis: 0, start: offset, end: offset + shape[0] * shape[1] }), shape)
  return new Map(layout.slots.map((slot) => [slot.module.path, { a: cut(slot.a), b: cut(slot.b) }]))
}
