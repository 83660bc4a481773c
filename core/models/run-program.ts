import { toOnnx } from '../graph/onnx/writer.ts'
import type { Graph } from '../graph/ir.ts'
import { openRuntime, type AnyArray } from '../runtime/index.ts'
import type { DeviceKind } from '../contract/index.ts'

/** For tests: runs a graph once on a device; dims give the sizes of named dimensions. Returns the outputs by name. */
export async function runProgram(
  graph: Graph,
  feeds: Readonly<Record<string, AnyArray>>,
  dims: Readonly<Record<string, number>>,
  { kind = 'cpu', weightsFolder }: { readonly kind?: DeviceKind; readonly weightsFolder?: string } = {},
): Promise<Record<string, AnyArray>> {
  const device = openRuntime().device(kind)
  const session = await device.createSession(toOnnx(graph, { provider: kind }), { weightsFolder })
  const sized = (shape: readonly (number | string)[]) => shape.map((dim) => (typeof dim === 'number' ? dim : (dims[dim] as number)))
  const used = new Set(session.inputs.map(({ name }) => name))
  const named = graph.inputs.flatMap((value) => (value.source.kind === 'input' && used.has(value.source.name) ? [{ name: value.source.name, value }] : []))
  const inputs = Object.fromEntries(named.map(({ name, value }) => [name, device.tensor(value.dtype, sized(value.shape), feeds[name] as never)]))
  const outputs = Object.fromEntries(graph.outputs.map(({ name, value }) => [name, device.tensor(value.dtype, sized(value.shape))]))
  const binding = session.bind({ inputs, outputs })
  await binding.run()
  const results: Record<string, AnyArray> = {}
  for (const [name, tensor] of Object.entries(outputs)) results[name] = await tensor.read()
  binding.dispose()
  for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) tensor.dispose()
  session.dispose()
  return results
}
