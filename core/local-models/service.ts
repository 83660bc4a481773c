import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import {
  ModelId,
  toAppError,
  UserError,
  type AppError,
  type Events,
  type Handlers,
  type ModelDetail,
  type ModelSummary,
} from '../contract/index.ts'
import type { ModelReader } from '../reader/client.ts'
import type { Description, ModelPlace } from '../reader/protocol.ts'
import { stampOf } from './model-stamp.ts'

/** A model that can be trained or talked to, with what its files say and their stamp. */
export interface LocalModel extends ModelSummary, ModelPlace, Pick<Description, 'mergesSystem'> {}

type ModelHandlers = { [N in keyof Handlers as N extends `models.${infer C}` ? C : never]: Handlers[N] }

export interface ModelService extends ModelHandlers {
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
  readonly reader: ModelReader
  readonly emit?: (name: 'models.changed', payload: Events['models.changed']) => void
  readonly now?: () => number
  /** The list is given after this, with what is known by then. */
  readonly patienceMs?: number
}

/** More folders are not looked at. */
const MAX_MODELS = 1_000
/** A model that was too slow or too large is tried again after this: the computer may have been busy. */
const RETRY_MS = 60_000
const PATIENCE_MS = 2_000
/** Fewer than the readers that there may be. */
const MAX_LISTED_AT_ONCE = 2
const OF_THE_MOMENT = new Set<string>(['model/too-slow', 'model/too-large', 'model/unreadable'])

/**
 * Models are folders as Hugging Face lays them out: those shipped with the studio, and those in the library's `models`
 * folder. Their files are parsed by the reader only.
 */
export function createModelService({
  shippedFolder,
  folder,
  reader,
  emit = () => {},
  now = () => performance.now(),
  patienceMs = PATIENCE_MS,
}: ModelServiceOptions): ModelService {
  const places: readonly Place[] = [
    { folder: shippedFolder, shipped: true },
    { folder, shipped: false },
  ]
  const describe = rememberDescriptions(reader, now)

  async function load(found: Candidate): Promise<LocalModel> {
    const stamp = await stampOf(found.folder)
    return { ...found, stamp, name: found.id, problem: null, ...(await describe({ folder: found.folder, stamp })) }
  }

  async function find(id: string): Promise<LocalModel> {
    const found = await candidate(places, id)
    if (!found) throw new UserError('model/not-found', { model: id })
    return load(found)
  }

  const summaryInTime = summariesInTime(load, emit)

  async function check(modelFolder: string): Promise<void> {
    await describe({ folder: modelFolder, stamp: await stampOf(modelFolder) })
  }

  return {
    find,
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
  }
}

/** What is known of a model when `late` settles; the event follows when the rest is. */
function summariesInTime(
  load: (found: Candidate) => Promise<LocalModel>,
  emit: NonNullable<ModelServiceOptions['emit']>,
): (found: Candidate, late: Promise<null>) => Promise<ModelSummary> {
  const awaited = new Set<string>()
  const inListTurn = pLimit(MAX_LISTED_AT_ONCE)
  const summarize = (found: Candidate): Promise<ModelSummary> =>
    inListTurn(load, found).then(summaryOf, (error: unknown) => damaged(found, toAppError(error)))
  return async (found, late) => {
    const whole = summarize(found)
    const inTime = await Promise.race([whole, late])
    if (inTime) return inTime
    if (!awaited.has(found.id)) {
      awaited.add(found.id)
      void whole.then(() => {
        awaited.delete(found.id)
        emit('models.changed', { id: found.id })
      })
    }
    return damaged(found, { code: 'model/being-read', facts: { model: found.id } })
  }
}

/** What the files of a model say; read again when they have changed. */
function rememberDescriptions(reader: ModelReader, now: () => number): (place: ModelPlace) => Promise<Description> {
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

/** A folder that holds models. */
interface Place {
  readonly folder: string
  readonly shipped: boolean
}

async function candidates(places: readonly Place[]): Promise<Candidate[]> {
  const found = await Promise.all(
    places.map(async (place) => (await foldersIn(place.folder)).map((id) => candidateIn(place, id))),
  )
  return found.flat()
}

async function candidate(places: readonly Place[], id: string): Promise<Candidate | null> {
  if (ModelId.safeParse(id).success) {
    for (const place of places) if (await isFolder(join(place.folder, id))) return candidateIn(place, id as ModelId)
  }
  return null
}

interface Candidate {
  readonly id: ModelId
  readonly folder: string
  readonly shipped: boolean
}

const candidateIn = ({ folder, shipped }: Place, id: ModelId): Candidate => ({ id, folder: join(folder, id), shipped })

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Names of the folders that can be models, in the order of their names. */
async function foldersIn(folder: string): Promise<ModelId[]> {
  const entries = await opendir(folder).catch(() => null)
  const names: ModelId[] = []
  for await (const entry of entries ?? []) {
    const { success, data } = ModelId.safeParse(entry.name)
    if (success && entry.isDirectory()) names.push(data)
    if (names.length >= MAX_MODELS) break
  }
  return names.sort()
}

/** A model whose files cannot be read, or not yet: it stays in the list and says why. */
const damaged = (candidate: Candidate, problem: AppError): ModelSummary => ({
  ...candidate,
  problem,
  name: candidate.id,
  architecture: '',
  parameterCount: 0,
  sizeBytes: 0,
  contextLengthTokens: 0,
  vocabularySize: 0,
  licence: '',
})

const summaryOf = ({ stamp: _, mergesSystem: __, ...summary }: LocalModel): ModelSummary => summary
