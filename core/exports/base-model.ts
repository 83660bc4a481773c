import { openCheckpoint, type Checkpoint } from '../checkpoints/index.ts'
import { namedAs } from '../models/checkpoint-names.ts'
import type { Architecture } from '../models/family.ts'
import { openModelFiles } from '../weights/model-files.ts'

/** A model folder, with what its tensors are called in its files and in the architecture. */
export interface BaseModel extends Checkpoint {
  readonly architecture: Architecture
  /** By the names that adapters have for them: the names in the files. */
  readonly storedNames: ReadonlyMap<string, string>
  /** The file holds the embedding table a second time, as the output layer that is tied to it. */
  readonly tiedCopy: string | null
}

/** Opens a model that the reader has examined. Throws UserError as openModelFiles. */
export async function openBaseModel(folder: string): Promise<BaseModel> {
  const { architecture, stored } = await openModelFiles(folder)
  const checkpoint = await openCheckpoint(folder)
  const { embedding, outputLayers, tied } = architecture
  const untied = tied && outputLayers.some((name) => stored.has(name))
  const names = new Map([...checkpoint.tensors.keys()].map((name) => [name, name]))
  const storedNames = namedAs(names, architecture, { untied })
  const every = namedAs(names, architecture, { untied: true })
  const copy = outputLayers.map((name) => every.get(name)).find((name) => name !== undefined)
  const tiedCopy = tied && !untied && copy !== storedNames.get(embedding) ? (copy ?? null) : null
  return { ...checkpoint, architecture, storedNames, tiedCopy }
}
