import { fuseKernels } from '../graph/kernels/index.ts'
import { toOnnx, type OnnxOptions } from '../graph/onnx/writer.ts'
import type { Graph } from '../graph/ir.ts'
import type { Device, Session, SessionOptions } from '../runtime/index.ts'
import { canCompileKernels, compileKernels } from './cuda-ops.ts'

/**
 * Opens a graph on a device. A session that is recorded as a CUDA graph gets kernels of our own where they can be compiled: recorded, they cost nothing but
 * their work. Throws as `device.createSession`.
 */
export async function openGraph(device: Device, graph: Graph, { weights, ...options }: SessionOptions & Pick<OnnxOptions, 'weights'> = {}): Promise<Session> {
  const onnx = { provider: device.kind, ...(weights && { weights }) }
  if (device.kind !== 'cuda' || !options.cudaGraph || !canCompileKernels()) return device.createSession(toOnnx(graph, onnx), options)
  await device.ready()
  const fused = fuseKernels(graph)
  return device.createSession(toOnnx(fused.graph, onnx), { ...options, customOps: await compileKernels(fused.kernels) })
}
