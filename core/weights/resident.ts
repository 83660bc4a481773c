import { float32ToFloat16, readTensor, readTensorBytes, type StoredTensor } from '../checkpoints/index.ts'
import type { WeightEntry, Weights } from '../models/context.ts'
import type { Architecture } from '../models/family.ts'
import type { ModelSource } from '../models/programs.ts'
import type { ArrayOf, Device, DeviceTensor, DType, SessionOptions } from '../runtime/index.ts'
import { blockOf, quantize, type Quantization } from './quantize.ts'

/** How base weights lie in memory: as on disk, or in another type. */
export type WeightStorage = 'as-stored' | 'float16' | 'bfloat16' | Quantization

/** A model's weights for every session of a device. */
export interface ResidentWeights {
  /** 'constant': each session has a copy of its own, laid out for its kernels. 'input': sessions are given these tensors at every run. */
  readonly kind: 'constant' | 'input'
  readonly tensors: Readonly<Record<string, DeviceTensor>>
  /** The model as programs see it: with the types that its weights have in memory. */
  source(model: ModelSource): ModelSource
  dispose(): void
}

/** Every session reads the files itself: fastest for small models, whose copies do not matter. */
export const NO_RESIDENT_WEIGHTS: ResidentWeights = { kind: 'constant', tensors: {}, source: (model) => model, dispose: () => {} }

/** How sessions of programs with these weights are opened: constants are laid out anew for their kernels. */
export const sessionOptionsFor = ({ kind }: ResidentWeights): Pick<SessionOptions, 'prepack'> => ({ prepack: kind === 'constant' })

/** What a resident model is made from. */
export interface ResidentOrigin {
  readonly folder: string
  readonly architecture: Architecture
  /** Where each weight lies. */
  readonly stored: ReadonlyMap<string, StoredTensor>
}

/**
 * Loads weights onto a device, once for all sessions; int8 and int4 only for the matrices of linear layers, as bitsandbytes does. Throws UserError where the
 * files cannot be read or memory is short. `onProgress` gets the share that is done. The caller disposes of them after every session that uses them.
 */
export async function loadResidentWeights({ folder, architecture, stored }: ResidentOrigin, device: Device, storage: WeightStorage, { onProgress, signal }: { readonly onProgress?: (share: number) => void; readonly signal?: AbortSignal } = {}): Promise<ResidentWeights> {
  const matrices = new Set(architecture.linears.map(({ path }) => `${path}.weight`))
  const tensors: Record<string, DeviceTensor> = {}
  const entries = new Map<string, WeightEntry>()
  const dispose = () => Object.values(tensors).forEach((tensor) => tensor.dispose())
  try {
    let done = 0
    for (const [name, place] of stored) {
      signal?.throwIfAborted()
      const loaded = await load(folder, place, matrices.has(name) ? storage : wholeNumbers(storage))
      entries.set(name, { ...NOWHERE, dtype: loaded.dtype, shape: place.shape, ...(loaded.scales ? { quantized: { block: loaded.scales.block } } : {}) })
      tensors[name] = device.tensor(loaded.dtype, place.shape, loaded.data as ArrayOf<typeof loaded.dtype>)
      if (loaded.scales) tensors[`${name}.scales`] = device.tensor('float32', loaded.scales.shape, loaded.scales.data)
      onProgress?.(++done / stored.size)
    }
    return { kind: 'input', tensors, source: (model) => ({ ...model, weights: entries as Weights }), dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

/** Inputs have no place in a file. */
const NOWHERE = { file: '', offset: 0, length: 0 }

const wholeNumbers = (storage: WeightStorage): WeightStorage => (storage === 'int8' || storage === 'int4' ? 'as-stored' : storage)

interface Loaded {
  readonly dtype: Extract<DType, 'float32' | 'float16' | 'bfloat16' | 'int8' | 'int4'>
  readonly data: ArrayOf<DType>
  readonly scales?: { readonly block: number; readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }
}

async function load(folder: string, place: StoredTensor, storage: WeightStorage): Promise<Loaded> {
  const [rows = 1, columns = 0] = place.shape
  const block = blockOf(columns)
  if ((storage === 'int8' || storage === 'int4') && place.shape.length === 2 && block !== null) {
    const { bytes, scales } = quantize(await readTensor(folder, place), storage, block)
    return { dtype: storage, data: storage === 'int8' ? new Int8Array(bytes.buffer) : bytes, scales: { block, shape: [rows, columns / block], data: scales } }
  }
  if (storage === 'float16' && place.dtype !== 'float16') return { dtype: 'float16', data: Uint16Array.from(await readTensor(folder, place), float32ToFloat16) }
  if (storage === 'bfloat16' && place.dtype !== 'bfloat16') return { dtype: 'bfloat16', data: toBfloat16(await readTensor(folder, place)) }
  if (place.dtype === 'float16' || place.dtype === 'bfloat16') return { dtype: place.dtype, data: new Uint16Array((await readTensorBytes(folder, place)).buffer) }
  return { dtype: 'float32', data: await readTensor(folder, place) }
}

/** The upper halves of float32 numbers, rounded to the nearest, ties to even. */
function toBfloat16(numbers: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(numbers.buffer)
  return Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16)
}
