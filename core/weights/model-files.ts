import {
  elementCount,
  isContiguous,
  isSameTensor,
  openCheckpoint,
  type Checkpoint,
  type StoredTensor,
} from '../checkpoints/index.ts'
import { namedAs } from '../models/checkpoint-names.ts'
import type { WeightEntry } from '../models/context.ts'
import { architectureOf } from '../models/family.ts'
import type { ModelSource } from '../models/programs.ts'
import { refuseQuantizedTensors } from '../models/quantized.ts'

/**
 * A model folder opened for computing, without its tokenizer: what it is, and where its weights lie. Holds no device
 * memory.
 */
export interface ModelFiles extends ModelSource {
  readonly folder: string
  readonly config: Readonly<Record<string, unknown>>
  /** Every tensor that can be a weight, wherever its elements lie, by the architecture's names. */
  readonly stored: ReadonlyMap<string, StoredTensor>
  /** Sessions can read every weight where it lies in its file: in one piece, in a type that they compute with. */
  readonly inPlace: boolean
}

const WEIGHT_TYPES = new Set(['float64', 'float32', 'float16', 'bfloat16'])

/**
 * Opens a model folder. Throws UserError for a damaged or unsupported model, before its weights are looked at where
 * config.json says so.
 */
export async function openModelFiles(folder: string): Promise<ModelFiles> {
  const checkpoint = await openCheckpoint(folder, architectureOf)
  return modelFilesOf(checkpoint, { untied: await isUntied(checkpoint) })
}

/** True where config.json says that the output layer is the embedding table, and the checkpoint holds two that differ. */
async function isUntied({ folder, config, tensors }: Checkpoint): Promise<boolean> {
  const architecture = architectureOf(config)
  if (!architecture.tied) return false
  const all = namedAs(tensors, architecture, { untied: true })
  const [table, head] = [architecture.embedding, architecture.outputLayers.find((name) => all.has(name)) ?? ''].map(
    (name) => all.get(name),
  )
  return table !== undefined && head !== undefined && !(await isSameTensor(folder, table, head))
}

/** The same of a checkpoint that is open already; `untied` as for namedAs. */
export function modelFilesOf({ folder, config, tensors }: Checkpoint, options?: { untied?: boolean }): ModelFiles {
  const architecture = architectureOf(config)
  const named = namedAs(tensors, architecture, options)
  refuseQuantizedTensors(named)
  const stored = new Map([...named].filter(([, { dtype }]) => WEIGHT_TYPES.has(dtype)))
  const isInPlace = (place: StoredTensor) => isContiguous(place) && place.dtype !== 'float64'
  const weights = new Map(
    [...stored].map(([name, place]) => [
      name,
      (isInPlace(place)
        ? place
        : {
            ...place,
            dtype: place.dtype === 'float64' ? 'float32' : place.dtype,
            offset: 0,
            length: 0,
          }) as WeightEntry,
    ]),
  )
  return { folder, config, architecture, weights, stored, inPlace: [...stored.values()].every(isInPlace) }
}

/** Weights that take more than this as float32 are loaded once for all sessions, in the type they are stored in. */
const SMALL_MODEL_BYTES = 800e6
const FLOAT32_BYTES = 4

/**
 * True where each session keeps a copy of the weights as its kernels like them best: small models whose weights stay as
 * they are stored.
 */
export function keepsCopies({ stored, inPlace }: Pick<ModelFiles, 'stored' | 'inPlace'>, storage: string): boolean {
  const bytes = [...stored.values()].reduce((sum, { shape }) => sum + FLOAT32_BYTES * elementCount(shape), 0)
  return (storage === 'float32' || storage === 'as-stored') && inPlace && bytes < SMALL_MODEL_BYTES
}
