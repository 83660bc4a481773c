import { prelude, threadsFor, type Kernel, type KernelDim, type RowLaunch } from '../graph/kernels/index.ts'
import type { Pointer } from '../runtime/api.ts'
import { openCudaModules, type CudaFunction } from '../runtime/cuda-driver.ts'
import type { CustomOp, KernelContext } from '../runtime/custom-ops.ts'
import { findNvrtc } from '../runtime/nvrtc.ts'
import { loadProgram } from './program-cache.ts'

/** Compute capability from which on tensor cores take our tiles (kernels/tensor-cores.ts). */
const TENSOR_CORE_ARCHITECTURE = 80

let failed = false

/** True where custom kernels can be compiled on this machine. */
export const canCompileKernels = (): boolean => !failed && findNvrtc() !== null

/** True where attention can be one kernel on GPU 0. Throws where there is no driver. */
export const canFuseAttention = (): boolean =>
  canCompileKernels() && Number(openCudaModules().architecture.slice('sm_'.length)) >= TENSOR_CORE_ARCHITECTURE

/** From now on everything is computed without custom kernels: the compiler is there but does not work. */
export function giveUpKernels(): void {
  failed = true
}

/** Programs are compiled side by side; so many take no longer than attention's gradient alone. */
const PROGRAMS = 8

/** Kernels as operators for a session on GPU 0. Throws UserError `runtime/kernels-failed` with the compiler's words. */
export async function compileKernels(kernels: readonly Kernel[]): Promise<CustomOp[]> {
  const nvrtc = findNvrtc()
  if (!nvrtc || kernels.length === 0) return []
  const modules = openCudaModules()
  const ops = await Promise.all(
    intoPrograms(kernels).map(async (part) => {
      const source = programOf(part)
      const { architecture } = modules
      const functions = await loadProgram(
        { source, architecture, compiler: nvrtc.file },
        () => nvrtc.compile(source, architecture),
        (code) =>
          modules.load(
            code,
            part.map(({ name }) => name),
          ),
      )
      return part.map((kernel, index) => opOf(kernel, functions[index] as CudaFunction))
    }),
  )
  return ops.flat()
}

/** About as long as compiling it takes. */
const textLength = ({ source, library = '' }: Kernel): number => source.length + library.length

/** The longest first, each to the program that is the shortest so far. */
function intoPrograms(kernels: readonly Kernel[]): Kernel[][] {
  const programs = Array.from({ length: Math.min(PROGRAMS, kernels.length) }, () => ({
    length: 0,
    kernels: [] as Kernel[],
  }))
  for (const kernel of [...kernels].sort((a, b) => textLength(b) - textLength(a))) {
    const shortest = programs.reduce((best, program) => (program.length < best.length ? program : best))
    shortest.length += textLength(kernel)
    shortest.kernels.push(kernel)
  }
  return programs.map((program) => program.kernels)
}

const opOf = (kernel: Kernel, launch: CudaFunction): CustomOp => ({
  name: kernel.name,
  inputs: kernel.inputs,
  outputs: kernel.outputs.map(({ dtype }) => dtype),
  compute: (context) => run(kernel, launch, context),
})

/** The text of a program: every library once, then the kernels. */
export const programOf = (kernels: readonly Kernel[]): string =>
  [prelude, ...new Set(kernels.flatMap(({ library }) => library ?? [])), ...kernels.map(({ source }) => source)].join(
    '\n',
  )

interface Call {
  readonly blocks: readonly [number, number]
  /** Of a row, and rows of a block. */
  readonly threads: readonly [number, number]
  readonly sharedBytes: number
  readonly pointers: readonly Pointer[]
  readonly sizes: readonly number[]
}

/** How a kernel is called for one node: its outputs are made. Null where there is nothing to compute. */
export function callOf(kernel: Kernel, context: KernelContext): Call | null {
  const read = kernel.inputs.length - kernel.waits
  const inputs = Array.from({ length: read }, (_, index) => context.input(index))
  const shapes = new Map<number, readonly number[]>()
  const shapeOf = (index: number): readonly number[] => {
    const shape = shapes.get(index) ?? inputs[index]!.shape
    shapes.set(index, shape)
    return shape
  }
  const size = (dim: KernelDim): number => (typeof dim === 'number' ? dim : (shapeOf(dim.input)[dim.axis] as number))
  const outputs = kernel.outputs.map(({ shape }, index) => context.output(index, shape.map(size)))
  const pointers = [...inputs.map(({ data }) => data), ...Array<Pointer>(kernel.waits).fill(0n), ...outputs]
  const sizes = kernel.sizes.map(size)
  const { launch } = kernel
  if ('columns' in launch) return overRows(launch, { size, pointers, sizes })
  const blocks = launch.blocks(sizes)
  return blocks.includes(0)
    ? null
    : { blocks, threads: [launch.threads, 1], sharedBytes: launch.sharedBytes, pointers, sizes }
}

function overRows(
  { rows: axes, columns: width, rowBy }: RowLaunch,
  { size, pointers, sizes }: Pick<Call, 'pointers' | 'sizes'> & { readonly size: (dim: KernelDim) => number },
): Call | null {
  const rows = axes.map(size)
  const columns = size(width)
  const rowCount = rows.reduce((product, count) => product * count, 1)
  if (rowCount === 0 || columns === 0) return null
  const { threads, turns } = threadsFor(columns, rowBy)
  const blocks: readonly [number, number] = [
    Math.ceil(rowCount / threads[1]),
    rowBy === 'none' && threads[1] === 1 ? turns : 1,
  ]
  return { blocks, threads, sharedBytes: 0, pointers, sizes: [...rows, rowCount, columns, ...sizes] }
}

function run(kernel: Kernel, launch: CudaFunction, context: KernelContext): void {
  const call = callOf(kernel, context)
  if (call) launch({ ...call, stream: context.stream() }, call.pointers, call.sizes)
}
