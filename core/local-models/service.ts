import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import {
  toAppError,
  UserError,
  type AppError,
  type Events,
  type Handlers,
  type HubModelId,
  type ModelDetail,
  type ModelId,
  type ModelSummary,
  type ModelUser,
} from '../contract/index.ts'
import type { ModelFits } from './fits.ts'
import type { ModelReader } from '../reader/client.ts'
import type { Description, ModelPlace } from '../reader/protocol.ts'
import { followFolders } from './follow-folders.ts'
import { libraryHandlers } from './library-handlers.ts'
import { readNote, type ModelNote } from './model-note.ts'
import { stampOf } from './model-stamp.ts'
import { curatedModels } from './curated.ts'
import { placesOfOthers, watchedFolders } from './caches.ts'
import { candidate, candidates, plainPlace, type Candidate, type Place } from './places.ts'

/** A model that can be trained or talked to, with what its files say and their stamp. */
export interface LocalModel extends ModelSummary, ModelPlace, Pick<Description, 'mergesSystem'> {}

type ModelHandlers = { [N in keyof Handlers as N extends `models.${infer C}` ? C : never]: Handlers[N] }

export interface ModelService extends ModelHandlers {
  /** The model that comes from there; null where none does. Looks at no files of models. */
  localIdOf(hubId: HubModelId): Promise<ModelId | null>
  /** Tells of models that come and go by other hands, until the returned function is called. */
  follow(): () => void
  /** Ends what is being copied; nothing of it is left. */
  close(): Promise<void>
  /** Removes what an ended process has left. Only where nobody else writes. */
  sweep(): Promise<void>
  /** The model with this id. Throws UserError where there is none, or its files are damaged or hostile. */
  find(id: string): Promise<LocalModel>
  /** Tries the model in a folder, before the engine opens it. Throws UserError as find does. */
  check(folder: string): Promise<void>
  /**
   * The folder of the model that an experiment names, tried as by check. Its id counts before the folder that it had at
   * the experiment's start: a packaged application, and a library, may stand elsewhere by now.
   */
  locate(model: { readonly id: string; readonly folder: string }): Promise<string>
}

export interface ModelServiceOptions {
  readonly shippedFolder: string
  readonly folder: string
  /** Of the library; beside `folder` unless given. */
  readonly trashFolder?: string
  readonly reader: ModelReader
  readonly emit?: <N extends ModelEvent>(name: N, payload: Events[N]) => void
  /** Without it, `fit` and `curated` are refused. */
  readonly fits?: ModelFits | undefined
  /** Names the folders of other programs; without it, models there are not looked for. */
  readonly environment?: NodeJS.ProcessEnv
  /** Opens the file manager, where the host can. */
  readonly showFolder?: ((folder: string) => Promise<void>) | undefined
  /** Who was trained on a model; without it nobody. */
  readonly usersOf?: (id: ModelId) => Promise<readonly ModelUser[]>
  readonly now?: () => number
  /** The list is given after this, with what is known by then. */
  readonly patienceMs?: number
}

type ModelEvent = Extract<keyof Events, `models.${string}`>

/** A model that was too slow or too large is tried again after this: the computer may have been busy. */
const RETRY_MS = 60_000
const PATIENCE_MS = 2_000
/** Fewer than the readers that there may be. */
const MAX_LISTED_AT_ONCE = 2
const OF_THE_MOMENT = new Set<string>(['model/too-slow', 'model/too-large', 'model/unreadable'])

/**
 * Models are folders as Hugging Face lays them out: those shipped with the studio, those in the library's `models`
 * folder, and those that other programs have brought. Their files are parsed by the reader only.
 */
export function createModelService({
  shippedFolder,
  folder,
  trashFolder = join(dirname(folder), 'trash'),
  reader,
  emit = () => {},
  fits,
  environment,
  showFolder,
  usersOf = async () => [],
  now = () => performance.now(),
  patienceMs = PATIENCE_MS,
}: ModelServiceOptions): ModelService {
  const places = [plainPlace(shippedFolder, 'shipped'), plainPlace(folder, 'library'), ...placesOfOthers(environment)]
  const describe = rememberDescriptions(reader, now)

  const load = (found: Candidate) => loadModel(found, describe)

  const find = async (id: string): Promise<LocalModel> => load(await requireCandidate(places, id))

  const inListTurn = pLimit(MAX_LISTED_AT_ONCE)
  const summarize = (found: Candidate): Promise<ModelSummary> =>
    inListTurn(load, found).then(summaryOf, (error: unknown) => damaged(found, toAppError(error)))
  const summaryInTime = summariesInTime(summarize, (id) => emit('models.changed', { id }))

  async function check(modelFolder: string): Promise<void> {
    await describe({ folder: modelFolder, stamp: await stampOf(modelFolder) })
  }

  return {
    find: async (id) => requireBase(await find(id)),
    check,
    async locate(model) {
      const modelFolder = (await candidate(places, model.id))?.folder ?? model.folder
      await check(modelFolder)
      return modelFolder
    },
    list: () =>
      withDeadline(patienceMs, async (late) =>
        Promise.all((await candidates(places)).map((found) => summaryInTime(found, late))),
      ),
    async open({ id }): Promise<ModelDetail> {
      const model = await find(id)
      return { ...summaryOf(model), ...(await reader.call('texts', { folder: model.folder, stamp: model.stamp })) }
    },
    localIdOf: (hubId) => localIdOf(places, hubId),
    ...askingHandlers({ find, places, fits, curatedFile: join(dirname(shippedFolder), 'hub-models.json'), showFolder }),
    follow: () => followFolders(watchedFolders(folder, environment), () => emit('models.changed', { id: null })),
    ...libraryHandlers({
      folder,
      trashFolder,
      find: (id) => candidate(places, id),
      summarize,
      usersOf,
      reader,
      emit,
      now,
    }),
  }
}

interface AskingParts extends Pick<ModelServiceOptions, 'fits' | 'showFolder'> {
  readonly find: (id: string) => Promise<LocalModel>
  readonly places: readonly Place[]
  readonly curatedFile: string
}

/** The calls about this machine. */
function askingHandlers({
  find,
  places,
  fits,
  curatedFile,
  showFolder,
}: AskingParts): Pick<ModelHandlers, 'fit' | 'curated' | 'openFolder'> {
  return {
    async fit({ id }) {
      const { folder, stamp } = requireBase(await find(id))
      return requireFits(fits).ofModel({ folder, stamp })
    },
    curated: () =>
      curatedModels(
        curatedFile,
        (count) => requireFits(fits).ofParameterCount(count),
        (id) => localIdOf(places, id),
      ),
    async openFolder({ id }) {
      const { folder } = await requireCandidate(places, id)
      if (!showFolder) throw new UserError('model/no-file-manager', { folder })
      await showFolder(folder)
      return null
    },
  }
}

/** What place, note and files say of a model. Throws UserError where its files cannot be used. */
async function loadModel(found: Candidate, describe: Describe): Promise<LocalModel> {
  const stamp = await stampOf(found.folder)
  const [{ adapterOf, ...description }, note] = [await describe({ folder: found.folder, stamp }), await noteOf(found)]
  return {
    ...identityOf(found, note),
    ...description,
    stamp,
    kind: adapterOf !== null ? 'adapter' : note?.isMerged ? 'merged' : 'base',
    baseModel: adapterOf ?? '',
    problem: null,
  }
}

/** What is known of a model when `late` settles; `tell` follows when the rest is. */
function summariesInTime(
  summarize: (found: Candidate) => Promise<ModelSummary>,
  tell: (id: ModelId) => void,
): (found: Candidate, late: Promise<null>) => Promise<ModelSummary> {
  const awaited = new Set<string>()
  return async (found, late) => {
    const whole = summarize(found)
    const inTime = await Promise.race([whole, late])
    if (inTime) return inTime
    if (!awaited.has(found.id)) {
      awaited.add(found.id)
      void whole.then(() => {
        awaited.delete(found.id)
        tell(found.id)
      })
    }
    return damaged(found, { code: 'model/being-read', facts: { model: found.id } })
  }
}

type Describe = (place: ModelPlace) => Promise<Description>

/** What the files of a model say; read again when they have changed. */
function rememberDescriptions(reader: ModelReader, now: () => number): Describe {
  const described = new Map<
    string,
    { readonly stamp: string; readonly description: Promise<Description>; retryAtMs: number }
  >()
  return (place) => {
    const known = described.get(place.folder)
    if (known?.stamp === place.stamp && now() < known.retryAtMs) return known.description
    const entry = {
      stamp: place.stamp,
      description: reader.call('describe', { folder: place.folder, stamp: place.stamp }),
      retryAtMs: Infinity,
    }
    described.set(place.folder, entry)
    entry.description.catch((error: unknown) => {
      if (OF_THE_MOMENT.has(toAppError(error).code)) entry.retryAtMs = now() + RETRY_MS
    })
    return entry.description
  }
}

/** Does work that is told by a promise when this long has passed. */
async function withDeadline<T>(timeMs: number, work: (late: Promise<null>) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeMs)
  })
  try {
    return await work(late)
  } finally {
    clearTimeout(timer)
  }
}

/** A model whose files cannot be read, or not yet: it stays in the list and says why. */
const damaged = async (found: Candidate, problem: AppError): Promise<ModelSummary> => ({
  ...identityOf(found, await noteOf(found)),
  problem,
  kind: 'base',
  baseModel: '',
  architecture: '',
  parameterCount: 0,
  dtype: '',
  sizeBytes: 0,
  contextLengthTokens: 0,
  vocabularySize: 0,
  hasChatTemplate: false,
  licence: '',
})

/** Only the library's folders have notes of ours: those of others are read in place, whoever wrote them. */
const noteOf = async ({ origin, folder }: Candidate): Promise<ModelNote | null> =>
  origin === 'library' ? readNote(folder) : null

const hubIdOf = (found: Candidate, note: ModelNote | null): HubModelId | null => (note?.hub ?? found.hub)?.id ?? null

async function requireCandidate(places: readonly Place[], id: string): Promise<Candidate> {
  const found = await candidate(places, id)
  if (!found) throw new UserError('model/not-found', { model: id })
  return found
}

async function localIdOf(places: readonly Place[], hubId: HubModelId): Promise<ModelId | null> {
  for (const found of await candidates(places)) if (hubIdOf(found, await noteOf(found)) === hubId) return found.id
  return null
}

/** Throws UserError 'model/is-adapter'. */
function requireBase(model: LocalModel): LocalModel {
  if (model.kind === 'adapter') throw new UserError('model/is-adapter', { model: model.name, base: model.baseModel })
  return model
}

function requireFits(fits: ModelFits | undefined): ModelFits {
  if (!fits) throw new UserError('call-unknown', { call: 'models.fit' })
  return fits
}

const identityOf = (found: Candidate, note: ModelNote | null) => ({
  ...found,
  hub: note?.hub ?? found.hub,
  name: note?.name ?? found.hub?.id ?? found.id,
})

const summaryOf = ({ stamp: _, mergesSystem: __, ...summary }: LocalModel): ModelSummary => summary
