import { prelude, threadsFor, type Kernel, type KernelDim } from '../graph/kernels/index.ts'
import type { Pointer } from '../runtime/api.ts'
import { openCudaModules, type CudaFunction } from '../runtime/cuda-driver.ts'
import type { CustomOp, KernelContext } from '../runtime/custom-ops.ts'
import { findNvrtc } from '../runtime/nvrtc.ts'

/** True where kernels of our own can be compiled on this machine. */
export const canCompileKernels = (): boolean => findNvrtc() !== null

/** Programs are compiled side by side. */
const PROGRAMS = 4

/** Kernels as operators for a session on GPU 0. Throws UserError `runtime/kernels-failed` with the compiler's words. */
export async function compileKernels(kernels: readonly Kernel[]): Promise<CustomOp[]> {
  const nvrtc = findNvrtc()
  if (!nvrtc || kernels.length === 0) return []
  const modules = openCudaModules()
  const parts = Array.from({ length: Math.min(PROGRAMS, kernels.length) }, (_, part) => kernels.filter((_kernel, index) => index % PROGRAMS === part))
  const ops = await Promise.all(parts.map(async (part) => {
    const code = await nvrtc.compile(prelude + part.map(({ source }) => source).join('\n'), modules.architecture)
    const functions = modules.load(code, part.map(({ name }) => name))
    return part.map((kernel, index) => opOf(kernel, functions[index] as CudaFunction))
  }))
  return ops.flat()
}

const opOf = (kernel: Kernel, launch: CudaFunction): CustomOp => ({
  name: kernel.name,
  inputs: kernel.inputs,
  outputs: kernel.outputs.map(({ dtype }) => dtype),
  compute: (context) => run(kernel, launch, context),
})

interface Call {
  readonly blocks: readonly [number, number]
  /** Of a row, and rows of a block. */
  readonly threads: readonly [number, number]
  readonly pointers: readonly Pointer[]
  readonly sizes: readonly number[]
}

/** How a kernel is called for one node: its outputs are made. Null where there is nothing to compute. */
export function callOf(kernel: Kernel, context: KernelContext): Call | null {
  const inputs = kernel.inputs.map((_, index) => context.input(index))
  const size = (dim: KernelDim): number => (typeof dim === 'number' ? dim : (inputs[dim.input]!.shape[dim.axis] as number))
  const outputs = kernel.outputs.map(({ shape }, index) => context.output(index, shape.map(size)))
  const rows = kernel.rows.map(size)
  const columns = size(kernel.columns)
  const rowCount = rows.reduce((product, count) => product * count, 1)
  if (rowCount === 0 || columns === 0) return null
  const { threads, turns } = threadsFor(columns, kernel.rowBy)
  const blocks: readonly [number, number] = [Math.ceil(rowCount / threads[1]), kernel.rowBy === 'none' && threads[1] === 1 ? turns : 1]
  return { blocks, threads, pointers: [...inputs.map(({ data }) => data), ...outputs], sizes: [...rows, rowCount, columns, ...kernel.sizes.map(size)] }
}

function run(kernel: Kernel, launch: CudaFunction, context: KernelContext): void {
  const call = callOf(kernel, context)
  if (call) launch({ blocks: call.blocks, threads: call.threads, stream: context.stream() }, call.pointers, call.sizes)
}
