// The folders in which models lie, and what a model's place says of it.
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelId, type ModelHubPlace, type ModelOrigin } from '../contract/index.ts'
import { isFolder } from './library-models.ts'

/** A folder that may be a model's. */
export interface Candidate {
  readonly id: ModelId
  readonly folder: string
  readonly origin: ModelOrigin
  /** Where the place itself says so; a model of the library has it in its note. */
  readonly hub: ModelHubPlace | null
}

/** Where models lie. */
export interface Place {
  /** In the order of their names. */
  list(): Promise<Candidate[]>
  /** Null where this place has none of that id. */
  find(id: ModelId): Promise<Candidate | null>
}

/** More folders are not looked at. */
export const MAX_MODELS = 1_000

/** A folder whose folders are models, each called by its id. */
export function plainPlace(folder: string, origin: ModelOrigin): Place {
  const candidateOf = (id: ModelId): Candidate => ({ id, folder: join(folder, id), origin, hub: null })
  return {
    list: async () => (await foldersIn(folder)).map(candidateOf),
    find: async (id) => ((await isFolder(join(folder, id))) ? candidateOf(id) : null),
  }
}

/** Drafts of downloads and of folders that are copied are no models yet. */
const isHidden = (name: string): boolean => name.startsWith('.')

async function foldersIn(folder: string): Promise<ModelId[]> {
  const entries = await opendir(folder).catch(() => null)
  const names: ModelId[] = []
  for await (const entry of entries ?? []) {
    const { success, data } = ModelId.safeParse(entry.name)
    if (success && entry.isDirectory() && !isHidden(data)) names.push(data)
    if (names.length >= MAX_MODELS) break
  }
  return names.sort()
}

/** All models of the places, in their order; an id counts where it comes first. */
export async function candidates(places: readonly Place[]): Promise<Candidate[]> {
  const found = (await Promise.all(places.map((place) => place.list()))).flat()
  return [...new Map(found.toReversed().map((candidate) => [candidate.id, candidate])).values()].toReversed()
}

/** The model of this id. */
export async function candidate(places: readonly Place[], id: string): Promise<Candidate | null> {
  const parsed = ModelId.safeParse(id)
  if (!parsed.success || isHidden(id)) return null
  for (const place of places) {
    const found = await place.find(parsed.data)
    if (found) return found
  }
  return null
}
