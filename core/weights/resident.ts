import {
  elementCount,
  isContiguous,
  readTensor,
  readTensorBytes,
  roundedTo,
  tensorBytes,
  withFilePiece,
  type FilePiece,
  type StoredTensor,
  type TensorType,
} from '../checkpoints/index.ts'
import type { WeightEntry, Weights } from '../models/context.ts'
import type { Architecture } from '../models/family.ts'
import type { ModelSource } from '../models/programs.ts'
import type { DType } from '../graph/ir.ts'
import { bytesPerElement, type Device, type DeviceTensor, type SessionOptions } from '../runtime/index.ts'
import { blockOf, type QuantizableType, type Quantization, type QuantizeOptions } from './quantize.ts'
import { QuantizerThreads } from './quantizer-threads.ts'

/** How base weights lie in memory: as on disk, or in another type. */
export type WeightStorage = 'as-stored' | 'float16' | 'bfloat16' | Quantization

/** A model's weights for every session of a device. */
export interface ResidentWeights {
  /**
   * 'constant': each session has a copy of its own, laid out for its kernels. 'input': sessions are given these tensors
   * at every run.
   */
  readonly kind: 'constant' | 'input'
  readonly tensors: Readonly<Record<string, DeviceTensor>>
  /** The model as programs see it: with the types that its weights have in memory. */
  source(model: ModelSource): ModelSource
  /**
   * Settles when every tensor holds its weights: sessions may be opened before, not run. Rejects with UserError where
   * the files cannot be read.
   */
  readonly loaded: Promise<void>
  /** Settles when the device's memory is free: while weights are being read, after those that are under way. */
  dispose(): Promise<void>
}

/** Every session reads the files itself: fastest for small models, whose copies do not matter. */
export const NO_RESIDENT_WEIGHTS: ResidentWeights = {
  kind: 'constant',
  tensors: {},
  source: (model) => model,
  loaded: Promise.resolve(),
  dispose: () => Promise.resolve(),
}

/**
 * How sessions of programs with these weights are opened. Constants are laid out anew for their kernels. Beside large
 * inputs scratch memory is asked for piece by piece: planned in one block it took 3 GB more for a model of 1.7 B.
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
 * Loads weights onto a device, once for all sessions; int8 and int4 only for the matrices of linear layers, as
 * bitsandbytes does. Throws UserError where memory is short. The caller disposes of them after every session that uses
 * them.
 */
export function loadResidentWeights(
  { folder, architecture, stored }: ResidentOrigin,
  device: Device,
  storage: WeightStorage,
  signal?: AbortSignal,
): ResidentWeights {
  const matrices = new Set(architecture.linears.map(({ path }) => `${path}.weight`))
  const tensors: Record<string, DeviceTensor> = {}
  const fills: Fill[] = []
  const free = () => Object.values(tensors).forEach((tensor) => tensor.dispose())
  try {
    for (const [name, place] of stored) {
      const blocks = blocksOf(place, matrices.has(name) ? storage : 'as-stored')
      const make: Make = (dtype, shape, suffix = '') => {
        const tensor = device.tensor(dtype, shape)
        tensors[name + suffix] = tensor
        return tensor
      }
      fills.push(
        blocks
          ? quantized(make, place, blocks)
          : isQuantization(storage)
            ? asStored(make, place)
            : whole(make, place, storage),
      )
    }
  } catch (error) {
    free()
    throw error
  }
  const stop = new AbortController()
  let loading = true
  const loaded = fillAll(fills, {
    folder,
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    atOnce: isQuantization(storage) ? Infinity : MAX_READERS,
  }).finally(() => (loading = false))
  // Whoever uses the weights hears of it.
  loaded.catch(() => {})
  const dispose = async () => {
    if (!loading) return free()
    stop.abort()
    await loaded.then(free, free)
  }
  const weights = residentEntries({ architecture, stored }, storage)
  return { kind: 'input', tensors, source: (model) => ({ ...model, weights }), loaded, dispose }
}

/** The weights as programs see them where they lie on a device in another type than in their files. */
export function residentEntries(
  { architecture, stored }: Pick<ResidentOrigin, 'architecture' | 'stored'>,
  storage: WeightStorage,
): Weights {
  const matrices = new Set(architecture.linears.map(({ path }) => `${path}.weight`))
  return new Map(
    [...stored].map(([name, place]): [string, WeightEntry] => {
      const blocks = blocksOf(place, matrices.has(name) ? storage : 'as-stored')
      const entry = { ...NOWHERE, resident: true, shape: place.shape }
      if (blocks) return [name, { ...entry, dtype: blocks.kind, quantized: { block: blocks.block } }]
      return [name, { ...entry, dtype: isQuantization(storage) ? keptType(place) : wholeType(place, storage) }]
    }),
  )
}

type WholeType = 'float32' | 'float16' | 'bfloat16'
/** The type in which a weight lies on a device unless another is asked for. */
const keptType = ({ dtype }: StoredTensor): WholeType => (isKept(dtype) ? dtype : 'float32')
const wholeType = (place: StoredTensor, storage: Exclude<WeightStorage, Quantization>): WholeType =>
  storage === 'as-stored' ? keptType(place) : storage

/** Each keeps the bytes of the largest tensor that it has read. Of quantized weights most are read by threads. */
const MAX_READERS = 8

interface FillOptions {
  readonly folder: string
  readonly signal: AbortSignal
  /** So many at once, or one for each thread if those are fewer. */
  readonly atOnce: number
}

/** Settles when nothing is being filled any more, whether all is or not. */
async function fillAll(fills: readonly Fill[], { folder, signal, atOnce }: FillOptions): Promise<void> {
  const threads = new QuantizerThreads()
  const rest = fills.values()
  let failure: { readonly error: unknown } | null = null
  const fillSome = async () => {
    let bytes = new Uint8Array(0)
    const room = (byteLength: number) =>
      (bytes = bytes.length < byteLength ? new Uint8Array(byteLength) : bytes).subarray(0, byteLength)
    for (const fill of rest) {
      if (failure) return
      try {
        signal.throwIfAborted()
        await fill(folder, { threads, room })
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  // While one tensor is read, others are worked on.
  await Promise.all(Array.from({ length: Math.min(threads.count, atOnce) }, fillSome))
  threads.close()
  if (failure) throw (failure as { readonly error: unknown }).error
}

/** What the weights take on a device, in bytes. */
export function residentBytes(
  { architecture, stored }: Pick<ResidentOrigin, 'architecture' | 'stored'>,
  storage: WeightStorage,
): number {
  const matrices = new Set(architecture.linears.map(({ path }) => `${path}.weight`))
  return [...stored].reduce(
    (sum, [name, place]) =>
      sum + bytesOf(place, matrices.has(name) ? storage : 'as-stored', isQuantization(storage) ? 'as-stored' : storage),
    0,
  )
}

function bytesOf(place: StoredTensor, wanted: WeightStorage, otherwise: Exclude<WeightStorage, Quantization>): number {
  const count = elementCount(place.shape)
  const blocks = blocksOf(place, wanted)
  if (blocks) return count * (bytesPerElement(blocks.kind) + bytesPerElement('float32') / blocks.block)
  if (otherwise !== 'as-stored') return count * bytesPerElement(otherwise)
  return isKept(place.dtype) ? tensorBytes(place) : count * bytesPerElement('float32')
}

/** Inputs have no place in a file. */
const NOWHERE = { file: '', offset: 0, length: 0 }

/** Makes the tensor of a weight, or with a suffix one that belongs to it. */
type Make = <T extends DType>(dtype: T, shape: readonly number[], suffix?: string) => DeviceTensor<T>
/** What weights are filled with, one after the other. */
interface Filler {
  readonly threads: QuantizerThreads
  /** The same bytes for every weight: new memory takes longer to come by than to fill. */
  room(byteLength: number): Uint8Array<ArrayBuffer>
}
/** Reads a weight into its tensor. */
type Fill = (folder: string, filler: Filler) => Promise<void>

const isQuantization = (storage: WeightStorage): storage is Quantization => storage === 'int8' || storage === 'int4'

const quantizable: ReadonlySet<string> = new Set<QuantizableType>(['float64', 'float32', 'float16', 'bfloat16'])

/** How a weight is cut into blocks with a scale each; null where it is kept in whole numbers. */
function blocksOf({ dtype, shape }: StoredTensor, storage: WeightStorage): QuantizeOptions | null {
  if (!isQuantization(storage) || shape.length !== 2 || !quantizable.has(dtype)) return null
  const block = blockOf(shape[1] as number)
  return block === null ? null : { kind: storage, block }
}

function quantized(make: Make, place: StoredTensor, options: QuantizeOptions): Fill {
  const [rows, columns] = place.shape as readonly [number, number]
  const tensor = make(options.kind, place.shape)
  const scales = make('float32', [rows, columns / options.block], '.scales')
  return async (folder, { threads }) => {
    const quantize = (numbers: ArrayBuffer | FilePiece) =>
      threads.quantize(numbers, { ...options, dtype: place.dtype as QuantizableType })
    const made = isContiguous(place)
      ? await withFilePiece(folder, place, quantize)
      : await quantize((await readTensorBytes(folder, place)).buffer)
    await tensor.upload((options.kind === 'int8' ? new Int8Array(made.bytes.buffer) : made.bytes) as never)
    await scales.upload(made.scales)
  }
}

function whole(make: Make, place: StoredTensor, storage: Exclude<WeightStorage, Quantization>): Fill {
  if (storage === 'as-stored' || storage === place.dtype) return asStored(make, place)
  const tensor = make(storage, place.shape)
  return async (folder) => {
    const numbers = await readTensor(folder, place)
    await tensor.upload(roundedTo(storage, numbers))
  }
}

/** Types that lie on a device as they are stored; others are converted to float32. */
const isKept = (dtype: TensorType): dtype is 'float32' | 'float16' | 'bfloat16' =>
  dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16'

/** Read straight into the tensor where its memory can be reached. */
function asStored(make: Make, place: StoredTensor): Fill {
  const { dtype, shape } = place
  if (!isKept(dtype)) {
    const tensor = make('float32', shape)
    return async (folder) => tensor.upload(await readTensor(folder, place))
  }
  const tensor = make(dtype, shape)
  return async (folder, { room }) => {
    const { host } = tensor
    const into = !isContiguous(place)
      ? undefined
      : host
        ? new Uint8Array(host.buffer, host.byteOffset, host.byteLength)
        : room(tensor.byteLength)
    const { buffer, byteOffset } = await readTensorBytes(folder, place, into)
    if (host && into) return
    await tensor.upload(
      (dtype === 'float32'
        ? new Float32Array(buffer, byteOffset, tensor.elementCount)
        : new Uint16Array(buffer, byteOffset, tensor.elementCount)) as never,
    )
  }
}
