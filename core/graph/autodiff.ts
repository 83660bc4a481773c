import { InternalError } from '../contract/errors.ts'
import type { Builder } from './builder.ts'
import type { Node, Shape, Value } from './ir.ts'
import { sameShape } from './shapes.ts'

/**
 * Reverse-mode differentiation: gradients of the scalar `loss` with respect to `targets`, in their order, as new values of the same graph.
 * Works only along ways that lead from a target to the loss. Throws InternalError where a rule gives a gradient of the wrong type, or a needed op has none.
 */
export function gradients(b: Builder, loss: Value, targets: readonly Value[]): Value[] {
  const needed = valuesThatDependOn(b, targets)
  const sums = new Map<Value, Value>([[loss, b.constant(1, loss.dtype)]])
  for (const node of [...b.nodes].reverse()) {
    const dOut = node.outputs.map((value) => sums.get(value) ?? null)
    const needs = node.inputs.map((value) => needed.has(value))
    if (!needs.includes(true) || dOut.every((d) => d === null)) continue
    const rule = node.op.gradient
    if (typeof rule !== 'function') throw new InternalError(`${node.op.type} has no gradient: ${rule.none}`)
    const parts = rule({ b, inputs: node.inputs, outputs: node.outputs, dOut, attributes: node.attributes, needs })
    accumulate(b, node, parts, needs, sums)
  }
  return targets.map((target) => {
    const sum = sums.get(target)
    if (!sum) throw new InternalError(`the loss does not depend on target ${target.id}`)
    return sum
  })
}

/** The targets and every value computed from one of them. Nodes are in order of construction, so one pass is enough. */
function valuesThatDependOn(b: Builder, targets: readonly Value[]): Set<Value> {
  const found = new Set(targets)
  for (const { inputs, outputs } of b.nodes) if (inputs.some((value) => found.has(value))) for (const value of outputs) if (!found.has(value)) found.add(value)
  return found
}

function accumulate(b: Builder, { op, inputs }: Node, parts: readonly (Value | null)[], needs: readonly boolean[], sums: Map<Value, Value>): void {
  if (parts.length !== inputs.length) throw new InternalError(`${op.type}: ${parts.length} gradients for ${inputs.length} inputs`)
  for (const [index, part] of parts.entries()) {
    const input = inputs[index] as Value
    if (!needs[index]) continue
    if (!part) continue
    const d = sumTo(b, part, input.shape)
    if (d.dtype !== input.dtype || !sameShape(d.shape, input.shape)) throw new InternalError(`${op.type}: gradient ${index} is ${d.dtype}[${d.shape.join()}], input is ${input.dtype}[${input.shape.join()}]`)
    const earlier = sums.get(input)
    sums.set(input, earlier ? b.add(earlier, d) : d)
  }
}

/** Sums a gradient over the axes along which its input was broadcast. */
function sumTo(b: Builder, d: Value, shape: Shape): Value {
  if (sameShape(d.shape, shape)) return d
  const extra = d.shape.length - shape.length
  const leading = Array.from({ length: extra }, (_, axis) => axis)
  const broadcast = shape.flatMap((dim, axis) => (dim === 1 && d.shape[axis + extra] !== 1 ? [axis + extra] : []))
  const summed = broadcast.length > 0 ? b.reduceSum(d, broadcast, true) : d
  return extra > 0 ? b.reduceSum(summed, leading, false) : summed
}
