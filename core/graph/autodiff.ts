import { InternalError } from '../contract/errors.ts'
import type { Node, Shape, Value } from './ir.ts'
import { add, after, reduceSum } from './ops/index.ts'
import { sameShape } from './shapes.ts'

/**
 * Reverse-mode differentiation: gradients of the scalar `loss` with respect to `targets`, in their order, as new values
 * of the same graph. Works only along ways that lead from a target to the loss. Throws InternalError where a rule gives
 * a gradient of the wrong number or type, or a needed op has none.
 */
export function gradients(loss: Value, targets: readonly Value[]): Value[] {
  const nodes = [...loss.graph.nodes]
  const needed = valuesThatDependOn(nodes, targets)
  const sums = new Map<Value, Value>([[loss, loss.graph.constant(1, loss.dtype)]])
  const regions = new Map<number | undefined, Replayed>([[undefined, (value) => value]])
  for (const node of [...nodes].reverse()) {
    const dOut = node.outputs.map((value) => sums.get(value) ?? null)
    if (!node.inputs.some((value) => needed.has(value)) || dOut.every((d) => d === null)) continue
    const replayed = regions.get(node.region) ?? replay(nodes, node, dOut)
    regions.set(node.region, replayed)
    accumulate(
      node,
      partsOf({ ...node, inputs: node.inputs.map(replayed), outputs: node.outputs.map(replayed) }, dOut),
      needed,
      sums,
    )
  }
  return targets.map((target) => {
    const sum = sums.get(target)
    if (!sum) throw new InternalError(`the loss does not depend on target ${target.id}`)
    return sum
  })
}

/** The targets and every value computed from one of them. Nodes are in order of construction, so one pass is enough. */
function valuesThatDependOn(nodes: readonly Node[], targets: readonly Value[]): ReadonlySet<Value> {
  const found = new Set(targets)
  for (const { inputs, outputs } of nodes)
    if (inputs.some((value) => found.has(value))) for (const value of outputs) found.add(value)
  return found
}

/** What stands for a value of the forward pass in the backward pass. */
type Replayed = (value: Value) => Value

/**
 * Computes a region again, not before the gradient has come to its last node (Chen et al. 2016). Values that come into
 * it are kept, and are few: weights and what is made of them have sizes known now and stay as they are; the others are
 * made to wait.
 */
function replay(nodes: readonly Node[], { region }: Node, dOut: readonly (Value | null)[]): Replayed {
  const event = dOut.find((d) => d !== null) as Value
  const again = new Map<Value, Value>()
  const waiting = (value: Value) =>
    value.shape.some((dim) => typeof dim === 'string') && value.dtype !== 'bool' ? after(value, event) : value
  const replayed = (value: Value) => {
    const known = again.get(value) ?? waiting(value)
    again.set(value, known)
    return known
  }
  for (const node of nodes.filter((candidate) => candidate.region === region)) {
    const outputs = event.graph.node(node.op, node.inputs.map(replayed), node.attributes)
    node.outputs.forEach((value, index) => again.set(value, outputs[index] as Value))
  }
  return replayed
}

function partsOf(
  { op, inputs, outputs, attributes: attrs }: Node,
  dOut: readonly (Value | null)[],
): readonly (Value | null)[] {
  if (typeof op.grad !== 'function') throw new InternalError(`${op.type} has no gradient: ${op.grad.noGrad}`)
  const parts = op.grad({ inputs, outputs, dOut, attrs })
  if (parts.length !== inputs.length)
    throw new InternalError(`${op.type}: ${parts.length} gradients for ${inputs.length} inputs`)
  return parts
}

/** Adds what a node passes back to what its inputs have got already: a value used twice gets the sum. */
function accumulate(
  { op, inputs }: Node,
  parts: readonly (Value | null)[],
  needed: ReadonlySet<Value>,
  sums: Map<Value, Value>,
): void {
  for (const [index, input] of inputs.entries()) {
    const part = parts[index]
    if (!part || !needed.has(input)) continue
    const d = sumTo(part, input.shape)
    if (d.dtype !== input.dtype || !sameShape(d.shape, input.shape))
      throw new InternalError(
        `${op.type}: gradient ${index} is ${d.dtype}[${d.shape.join()}], input is ${input.dtype}[${input.shape.join()}]`,
      )
    const earlier = sums.get(input)
    sums.set(input, earlier ? add(earlier, d) : d)
  }
}

/** Sums a gradient over the axes along which its input was broadcast. */
function sumTo(d: Value, shape: Shape): Value {
  if (sameShape(d.shape, shape)) return d
  const extra = d.shape.length - shape.length
  const leading = Array.from({ length: extra }, (_, axis) => axis)
  const broadcast = shape.flatMap((dim, axis) => (dim === 1 && d.shape[axis + extra] !== 1 ? [axis + extra] : []))
  const summed = broadcast.length > 0 ? reduceSum(d, broadcast, true) : d
  return extra > 0 ? reduceSum(summed, leading, false) : summed
}
