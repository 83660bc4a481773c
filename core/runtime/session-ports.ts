import { output, stringAt, type Api, type Pointer } from './api.ts'
import { dtypeOfOnnx, type DType } from './dtype.ts'

/** An input or output of a session. */
export interface Port {
  readonly name: string
  /** null: a type that tensors here do not have, such as strings. */
  readonly dtype: DType | null
  /** A number, or the name of a dimension known at run time ('' where the model gives none). */
  readonly shape: readonly (number | string)[]
  /** Name of the memory where an input is wanted, such as 'Cpu' or 'Cuda'; '' for outputs. */
  readonly memory: string
}

/** Reads names, types and shapes of a session's inputs and outputs. */
export function readPorts(api: Api, session: Pointer): { inputs: Port[]; outputs: Port[] } {
  const inputCount = output<number>((out) => api.SessionGetInputCount(session, out))
  const outputCount = output<number>((out) => api.SessionGetOutputCount(session, out))
  const memories = inputMemories(api, session, inputCount)
  return {
    inputs: Array.from({ length: inputCount }, (_, index) => ({
      name: readName(api, (allocator, out) => api.SessionGetInputName(session, index, allocator, out)),
      ...readType(
        api,
        output((out) => api.SessionGetInputTypeInfo(session, index, out)),
      ),
      memory: memories[index] ?? '',
    })),
    outputs: Array.from({ length: outputCount }, (_, index) => ({
      name: readName(api, (allocator, out) => api.SessionGetOutputName(session, index, allocator, out)),
      ...readType(
        api,
        output((out) => api.SessionGetOutputTypeInfo(session, index, out)),
      ),
      memory: '',
    })),
  }
}

function inputMemories(api: Api, session: Pointer, count: number): string[] {
  if (count === 0) return []
  const infos = new BigUint64Array(count)
  api.SessionGetMemoryInfoForInputs(session, infos, count)
  return [...infos].map((info) => output<string>((out) => api.MemoryInfoGetName(info, out)))
}

function readName(api: Api, get: (allocator: Pointer, out: [Pointer | null]) => void): string {
  const allocator = output<Pointer>((out) => api.GetAllocatorWithDefaultOptions(out))
  const memory = output<Pointer>((out) => get(allocator, out))
  const name = stringAt(memory)
  api.AllocatorFree(allocator, memory)
  return name
}

function readType(api: Api, info: Pointer): { dtype: DType | null; shape: (number | string)[] } {
  try {
    const tensor = output<Pointer | null>((out) => api.CastTypeInfoToTensorInfo(info, out))
    if (tensor === null) return { dtype: null, shape: [] }
    const dtype = dtypeOfOnnx(output<number>((out) => api.GetTensorElementType(tensor, out)))
    return { dtype, shape: readShape(api, tensor) }
  } finally {
    api.ReleaseTypeInfo(info)
  }
}

function readShape(api: Api, tensor: Pointer): (number | string)[] {
  const rank = output<number>((out) => api.GetDimensionsCount(tensor, out))
  if (rank === 0) return []
  const sizes = new BigInt64Array(rank)
  const names = new BigUint64Array(rank)
  api.GetDimensions(tensor, sizes, rank)
  api.GetSymbolicDimensions(tensor, names, rank)
  return [...sizes].map((size, axis) => (size >= 0n ? Number(size) : stringAt(names[axis]!)))
}
