import type { TensorType } from './tensor-types.ts'

/** A weight that is read in pieces, so that a model need not fit into memory. */
export interface WeightSource {
  /** The checkpoint's own name, such as `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string
  readonly shape: readonly number[]
  /** The element type that its origin stores. */
  readonly dtype: TensorType
  /**
   * Rows `first` to `first + count - 1` of the first axis, float32, row-major. The rows of a vector are its elements.
   * Throws as readTensor.
   */
  read(first: number, count: number): Promise<Float32Array<ArrayBuffer>>
}
