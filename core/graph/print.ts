import type { Graph, Typed, Value } from './ir.ts'

/**
 * The graph as text, a line an input, node and output: for tests and for reading. Values are numbered in their order.
 */
export function printGraph({ inputs, nodes, outputs }: Graph): string {
  const names = new Map<Value, string>()
  const nameOf = (value: Value): string => {
    const { source, dtype, shape } = value
    if (source.kind === 'constant')
      return `${source.data.length > MAX_SHOWN ? `…[${shape.join()}]` : source.data.join(' ')}${dtype === 'float32' ? '' : `:${dtype}`}`
    if (source.kind !== 'node') return source.name
    const name = names.get(value) ?? `%${names.size}`
    names.set(value, name)
    return name
  }
  return [
    ...inputs.map((value) => `input ${nameOf(value)} ${typeText(value)}`),
    ...nodes.map(({ op, inputs: from, outputs: to, attributes }) => {
      const args = [
        ...from.map(nameOf),
        ...Object.entries(attributes).map(([key, value]) => `${key}=${JSON.stringify(value)}`),
      ]
      return `${to.map((value) => `${nameOf(value)} ${typeText(value)}`).join(', ')} = ${op.type}(${args.join(', ')})`
    }),
    ...outputs.map(({ name, value }) => `output ${name} = ${nameOf(value)}`),
  ].join('\n')
}

const MAX_SHOWN = 8

const typeText = ({ dtype, shape }: Typed): string => `${dtype}[${shape.join()}]`
