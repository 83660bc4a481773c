import type { BlockKernel, DType, Value } from '../ir.ts'

/** A size of a kernel: known now, or the size of an input's axis. */
export type KernelDim = number | { readonly input: number; readonly axis: number }

/** A custom kernel: its C source, and how it is called. */
export interface Kernel {
  /** Also the name of its function. Kernels of one name are the same. */
  readonly name: string
  /** What has to be defined before its source, besides the prelude; the same text for many kernels. */
  readonly library?: string
  readonly source: string
  readonly inputs: readonly DType[]
  /** How many of them, the last ones, it only waits for. */
  readonly waits: number
  readonly outputs: readonly { readonly dtype: DType; readonly shape: readonly KernelDim[] }[]
  /** Sizes that the function is given behind the pointers and, over rows, their sizes. */
  readonly sizes: readonly KernelDim[]
  readonly launch: RowLaunch | BlockLaunch
}

/** Over rows: the function is given the sizes of the rows' axes, then all rows together, then the columns. */
export interface RowLaunch {
  readonly rows: readonly KernelDim[]
  readonly columns: KernelDim
  /**
   * `warp`: one computes a row where that is short, else a block; `block`: always a block; `none`: a row may be
   * divided.
   */
  readonly rowBy: 'warp' | 'block' | 'none'
}

/** As an op says it of its kernel. */
export type BlockLaunch = Pick<BlockKernel, 'threads' | 'sharedBytes' | 'blocks'>

/** A group's kernel, and the values that it reads and writes in its order. */
export interface KernelCall {
  readonly kernel: Kernel
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
}
