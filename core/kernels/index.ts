import { UserError } from '../contract/errors.ts'
import { fuseKernels } from '../graph/kernels/index.ts'
import { toOnnx, type OnnxOptions } from '../graph/onnx/writer.ts'
import type { Graph } from '../graph/ir.ts'
import type { Device, Session, SessionOptions } from '../runtime/index.ts'
import { OrtError } from '../runtime/ort-error.ts'
import { canCompileKernels, compileKernels, giveUpKernels } from './cuda-ops.ts'

export { canCompileKernels, canFuseAttention } from './cuda-ops.ts'

export interface GraphOptions extends SessionOptions, Pick<OnnxOptions, 'weights'> {
  /**
   * Custom kernels on CUDA where they can be compiled; unless given, where the session is captured as a CUDA graph: then starting
   * them costs nothing.
   */
  readonly kernels?: boolean
}

/** What ONNX Runtime says of graphs with parts that CUDA cannot compute. */
const NOT_CAPTURABLE = /graph capture/

/**
 * Opens a graph on a device; one that cannot be captured runs operator by operator, and without custom kernels
 * where the compiler fails. Throws as `device.createSession`, and UserError `runtime/kernels-failed` where the graph
 * has ops that only custom kernels compute.
 */
export async function openGraph(device: Device, graph: Graph, options: GraphOptions = {}): Promise<Session> {
  try {
    return await open(device, graph, options)
  } catch (error) {
    if (options.cudaGraph && error instanceof OrtError && NOT_CAPTURABLE.test(error.detail))
      return open(device, graph, { kernels: true, ...options, cudaGraph: false })
    if (!isKernelFailure(error)) throw error
    giveUpKernels()
    if (graph.nodes.some(({ op }) => op.kernelOnly)) throw error
    return open(device, graph, options)
  }
}

/** True for the error of a compiler that is there but does not work. */
export const isKernelFailure = (error: unknown): boolean =>
  error instanceof UserError && error.error.code === 'runtime/kernels-failed'

async function open(device: Device, graph: Graph, { weights, kernels, ...options }: GraphOptions): Promise<Session> {
  const onnx = { provider: device.kind, ...(weights && { weights }) }
  // Without custom kernels nothing is captured: some of ONNX Runtime's read addresses from memory that later runs
  // overwrite.
  if (device.kind !== 'cuda' || !(kernels ?? options.cudaGraph) || !canCompileKernels())
    return device.createSession(toOnnx(graph, onnx), { ...options, cudaGraph: false })
  await device.ready()
  const fused = fuseKernels(graph)
  // Written while they are compiled, on other threads.
  const [customOps, model] = await Promise.all([compileKernels(fused.kernels), toOnnx(fused.graph, onnx)])
  return device.createSession(model, { ...options, customOps })
}
