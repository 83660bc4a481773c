import {
  UserError,
  type ApiModel,
  type ChatSource,
  type ExperimentSummary,
  type ModelSummary,
} from '../contract/index.ts'
import { shown } from './parameters.ts'

/** What can be asked: a base or merged model, or a run. */
export interface CatalogueEntry extends ApiModel {
  readonly source: ChatSource
  /** Seconds since 1970. */
  readonly created: number
}

/** Runs under their names, and under their ids where something else has the name too. */
export function catalogueOf(models: readonly ModelSummary[], runs: readonly ExperimentSummary[]): CatalogueEntry[] {
  const usable = models.filter(({ problem, kind }) => problem === null && kind !== 'adapter')
  const bases = usable.map(({ id, name }): CatalogueEntry => ({
    id,
    name,
    kind: 'model',
    created: 0,
    source: { kind: 'model', modelId: id },
  }))
  const names = [...bases.map(({ id }) => id as string), ...runs.flatMap(({ id, name }) => [id as string, name])]
  return [
    ...bases,
    ...runs.map(({ id, name, createdAt }): CatalogueEntry => {
      const isTaken = names.filter((other) => other === name).length > 1
      return {
        id: isTaken ? id : name,
        name,
        kind: 'experiment',
        created: Math.floor(Date.parse(createdAt) / 1000),
        source: { kind: 'experiment', experimentId: id },
      }
    }),
  ]
}

/**
 * The entry that a client names by its id, or by its name where nobody else has it. Ids come first. Throws UserError
 * 'api/model-unknown' or 'api/model-twice'.
 */
export function findEntry(entries: readonly CatalogueEntry[], wanted: string): CatalogueEntry {
  const byId = entries.find(({ id, source }) => id === wanted || idOf(source) === wanted)
  if (byId) return byId
  const named = entries.filter(({ name }) => name === wanted)
  const [entry, ...others] = named
  if (!entry) throw new UserError('api/model-unknown', { name: 'model', model: shown(wanted) })
  if (others.length > 0)
    throw new UserError('api/model-twice', {
      name: 'model',
      model: shown(wanted),
      ids: named.map(({ source }) => idOf(source)).join(', '),
    })
  return entry
}

const idOf = (source: ChatSource): string => (source.kind === 'model' ? source.modelId : source.experimentId)
