import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceKind } from '../contract/index.ts'
import type { DType, Graph, Shape } from '../graph/ir.ts'
import { toOnnx, type OnnxOptions } from '../graph/onnx/writer.ts'
import { openGraph } from './index.ts'
import {
  openRuntime,
  type AnyArray,
  type Device,
  type DeviceTensor,
  type Port,
  type Runtime,
  type SessionOptions,
} from '../runtime/index.ts'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'

/**
 * For tests: the runtime and the devices that tests run on: the processor, and WebGPU where a software GPU is
 * installed. Call it before anything uses WebGPU.
 */
export function openTestRuntime(): { readonly runtime: Runtime; readonly kinds: readonly ('cpu' | 'webgpu')[] } {
  const runtime = openRuntimeWithSoftwareGpu()
  return runtime ? { runtime, kinds: ['cpu', 'webgpu'] } : { runtime: openRuntime(), kinds: ['cpu'] }
}

/** Contents of a tensor, as its element type has them or as plain numbers. */
export type Contents = AnyArray | readonly number[]

/** A graph on a device, to run as often as wanted; what is not given again stays. Dispose it. */
export interface OpenProgram {
  run(feeds: Readonly<Record<string, Contents>>): Promise<Record<string, AnyArray>>
  dispose(): void
}

/** A session's options, and the weights that lie on the device already: its caller frees them. */
export interface OpenOptions extends SessionOptions {
  readonly weights?: Readonly<Record<string, DeviceTensor>>
}

/** For tests: opens a graph; `dims` gives the sizes of named dimensions. */
export async function openProgram(
  device: Device,
  graph: Graph,
  dims: Readonly<Record<string, number>> = {},
  { weights = {}, ...options }: OpenOptions = {},
): Promise<OpenProgram> {
  const kind = Object.keys(weights).length > 0 ? 'input' : 'constant'
  const session = await openGraph(device, graph, { kernels: true, weights: kind, ...options })
  const sized = (shape: Shape) => shape.map((dim) => (typeof dim === 'number' ? dim : (dims[dim] as number)))
  const used = new Set(session.inputs.map(({ name }) => name))
  const named = graph.inputs.flatMap((value) =>
    value.source.kind === 'input' && used.has(value.source.name) ? [{ name: value.source.name, value }] : [],
  )
  const inputs = Object.fromEntries(
    named.map(({ name, value }) => [name, device.tensor(value.dtype, sized(value.shape))]),
  )
  const outputs = Object.fromEntries(
    graph.outputs.map(({ name, value }) => [name, device.tensor(value.dtype, sized(value.shape))]),
  )
  const given = Object.fromEntries(
    [...used].flatMap((name) => (weights[name] && !inputs[name] ? [[name, weights[name]]] : [])),
  )
  const binding = session.bind({ inputs: { ...given, ...inputs }, outputs })
  return {
    async run(feeds) {
      for (const [name, contents] of Object.entries(feeds)) if (inputs[name]) write(inputs[name], contents)
      await binding.run()
      return Object.fromEntries(
        await Promise.all(Object.entries(outputs).map(async ([name, tensor]) => [name, await tensor.read()] as const)),
      )
    },
    dispose() {
      for (const resource of [binding, ...Object.values(inputs), ...Object.values(outputs), session]) resource.dispose()
    },
  }
}

/** For tests: runs a graph once. */
export async function runProgram(
  graph: Graph,
  feeds: Readonly<Record<string, Contents>>,
  dims: Readonly<Record<string, number>>,
  { kind = 'cpu', weightsFolder }: { readonly kind?: DeviceKind; readonly weightsFolder?: string } = {},
): Promise<Record<string, AnyArray>> {
  const program = await openProgram(
    openRuntime().device(kind),
    graph,
    dims,
    weightsFolder === undefined ? {} : { weightsFolder },
  )
  try {
    return await program.run(feeds)
  } finally {
    program.dispose()
  }
}

/** An operator as ONNX Runtime ran it: its name, and type and shape of each input and output, as its trace has them. */
export interface OperatorRun {
  readonly name: string
  readonly inputs: readonly object[]
  readonly outputs: readonly object[]
}

export interface RunOptions {
  readonly onnx: OnnxOptions
  readonly session?: SessionOptions
  /** Sizes of named dimensions. */
  readonly dims?: Readonly<Record<string, number>>
  /** Zeros unless given. */
  readonly feeds?: Readonly<Record<string, Contents>>
}

interface TraceEvent {
  readonly name: string
  readonly args: {
    readonly op_name?: string
    readonly input_type_shape?: object[]
    readonly output_type_shape?: object[]
  }
}

/** For tests: what ONNX Runtime makes of a graph, run once on the processor, in its order. */
export async function operatorsRun(
  graph: Graph,
  { onnx, session: options = {}, dims = {}, feeds = {} }: RunOptions,
): Promise<OperatorRun[]> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-trace-'))
  const device = openRuntime().device('cpu')
  const session = await device.createSession(toOnnx(graph, onnx), { ...options, profilePrefix: join(folder, 'trace') })
  const made = ({ name, dtype, shape }: Port) =>
    [
      name,
      device.tensor(
        dtype as DType,
        shape.map((size) => (typeof size === 'string' ? (dims[size] as number) : size)),
      ),
    ] as const
  const [inputs, outputs] = [
    Object.fromEntries(session.inputs.map(made)),
    Object.fromEntries(session.outputs.map(made)),
  ]
  for (const [name, contents] of Object.entries(feeds)) if (inputs[name]) write(inputs[name], contents)
  const binding = session.bind({ inputs, outputs })
  await binding.run()
  const events = JSON.parse(await readFile(session.endProfiling(), 'utf8')) as TraceEvent[]
  for (const resource of [binding, session, ...Object.values(inputs), ...Object.values(outputs)]) resource.dispose()
  await rm(folder, { recursive: true })
  return events
    .filter(({ name }) => name.endsWith('_kernel_time'))
    .map(({ args }) => ({
      name: args.op_name ?? '',
      inputs: args.input_type_shape ?? [],
      outputs: args.output_type_shape ?? [],
    }))
}

function write(tensor: DeviceTensor, contents: Contents): void {
  const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array }
  if (!Array.isArray(contents)) return tensor.write(contents as never)
  if (tensor.dtype === 'int64') return (tensor as DeviceTensor<'int64'>).write(BigInt64Array.from(contents, BigInt))
  tensor.write(arrays[tensor.dtype as keyof typeof arrays].from(contents) as never)
}
