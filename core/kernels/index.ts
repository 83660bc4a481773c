import { fuseKernels } from '../graph/kernels/index.ts'
import { toOnnx, type OnnxOptions } from '../graph/onnx/writer.ts'
import type { Graph } from '../graph/ir.ts'
import type { Device, Session, SessionOptions } from '../runtime/index.ts'
import { canCompileKernels, compileKernels } from './cuda-ops.ts'

export interface GraphOptions extends SessionOptions, Pick<OnnxOptions, 'weights'> {
  /** Kernels of our own on CUDA where they can be compiled; unless given, where the session is recorded: then starting them costs nothing. */
  readonly kernels?: boolean
}

/** Opens a graph on a device. Throws as `device.createSession`. */
export async function openGraph(device: Device, graph: Graph, { weights, kernels, ...options }: GraphOptions = {}): Promise<Session> {
  const onnx = { provider: device.kind, ...(weights && { weights }) }
  if (device.kind !== 'cuda' || !(kernels ?? options.cudaGraph) || !canCompileKernels()) return device.createSession(toOnnx(graph, onnx), options)
  await device.ready()
  const fused = fuseKernels(graph)
  return device.createSession(toOnnx(fused.graph, onnx), { ...options, customOps: await compileKernels(fused.kernels) })
}
