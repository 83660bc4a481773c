import { float32ToBfloat16, float32ToFloat16, isContiguous, readTensor, readTensorBytes, readTensorInPieces, type StoredTensor } from '../checkpoints/index.ts'
import type { WeightEntry, Weights } from '../models/context.ts'
import type { Architecture } from '../models/family.ts'
import type { ModelSource } from '../models/programs.ts'
import type { Device, DeviceTensor, SessionOptions } from '../runtime/index.ts'
import { blockOf, quantize, quantizedRoom, type Quantization } from './quantize.ts'

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

/**
 * How sessions of programs with these weights are opened. Constants are laid out anew for their kernels. Beside large inputs scratch memory is asked for piece by
 * piece: planned in one block it took 3 GB more for a model of 1.7 B.
 */
export const sessionOptionsFor = ({ kind }: ResidentWeights): Pick<SessionOptions, 'prepack' | 'memoryPattern'> =>
  kind === 'constant' ? {} : { prepack: false, memoryPattern: false }

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
      const { tensor, scales, block } = await load(device, folder, place, matrices.has(name) ? storage : wholeNumbers(storage))
      tensors[name] = tensor
      if (scales) tensors[`${name}.scales`] = scales
      entries.set(name, { ...NOWHERE, resident: true, dtype: tensor.dtype as WeightEntry['dtype'], shape: place.shape, ...(block ? { quantized: { block } } : {}) })
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
  readonly tensor: DeviceTensor
  /** Of weights in few bits. */
  readonly scales?: DeviceTensor<'float32'>
  readonly block?: number
}

async function load(device: Device, folder: string, place: StoredTensor, storage: WeightStorage): Promise<Loaded> {
  const [rows = 1, columns = 0] = place.shape
  const block = blockOf(columns)
  if ((storage === 'int8' || storage === 'int4') && place.shape.length === 2 && block !== null) {
    const options = { kind: storage, block }
    const quantized = quantizedRoom(rows * columns, options)
    await readTensorInPieces(folder, place, (piece, start) => quantize(piece, start, quantized, options))
    const { bytes, scales } = quantized
    const tensor = storage === 'int8' ? device.tensor('int8', place.shape, new Int8Array(bytes.buffer)) : device.tensor('int4', place.shape, bytes)
    return { tensor, block, scales: device.tensor('float32', [rows, columns / block], scales) }
  }
  if (storage === 'float16' && place.dtype !== 'float16') return { tensor: device.tensor('float16', place.shape, Uint16Array.from(await readTensor(folder, place), float32ToFloat16)) }
  if (storage === 'bfloat16' && place.dtype !== 'bfloat16') return { tensor: device.tensor('bfloat16', place.shape, float32ToBfloat16(await readTensor(folder, place))) }
  if (place.dtype === 'float32' || place.dtype === 'float16' || place.dtype === 'bfloat16') return { tensor: await loadAsStored(device, folder, place, place.dtype) }
  return { tensor: device.tensor('float32', place.shape, await readTensor(folder, place)) }
}

/** Read straight into the tensor where its memory can be reached: a second copy of every weight would wait for the garbage collector. */
async function loadAsStored(device: Device, folder: string, place: StoredTensor, dtype: 'float32' | 'float16' | 'bfloat16'): Promise<DeviceTensor> {
  const tensor = device.tensor(dtype, place.shape)
  const { host } = tensor
  const into = host && isContiguous(place) ? new Uint8Array(host.buffer, host.byteOffset, host.byteLength) : undefined
  const bytes = await readTensorBytes(folder, place, into)
  if (!into) tensor.write((dtype === 'float32' ? new Float32Array(bytes.buffer) : new Uint16Array(bytes.buffer)) as never)
  return tensor
}
