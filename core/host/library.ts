import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sweepTemporary } from '../files/atomic.ts'
import { toDiskError } from '../files/disk-errors.ts'
import type { Language } from '../../texts/index.ts'
import { UserError, type EventName, type Events, type HostKind, type LibraryAccess } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from '../datasets/service.ts'
import type { ChatService } from '../chat/chat-service.ts'
import { createConversationService, type ConversationService } from '../chat/conversation-service.ts'
import type { EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import { createExperimentService, type ExperimentService } from '../runs/service.ts'
import { placeIn } from '../library/places.ts'
import { tokenCounter } from '../planning/token-counter.ts'
import type { ModelFits } from '../local-models/fits.ts'
import { createModelService, type ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'
import type { ReportBug } from './error-log.ts'
import { createTrash, type Trash } from './trash.ts'
import { namesInTrash } from './trash-names.ts'

export type Emit = <N extends EventName>(name: N, payload: Events[N]) => void

export interface LibraryServices {
  readonly resourcesFolder: string
  readonly kind: HostKind
  readonly engine: EngineClient
  readonly reader: ModelReader
  readonly devices: () => Promise<DeviceReport>
  readonly emit: Emit
  readonly fits: ModelFits
  readonly chat: ChatService
  /** Names the folders of other programs. */
  readonly environment: NodeJS.ProcessEnv
  /** Opens the file manager, where the host can. */
  readonly showFolder?: (folder: string) => Promise<void>
  readonly report: ReportBug
  /** The studio's, at this moment. */
  readonly language: () => Language
}

/** The services that belong to one library folder, with the rights that they were opened with. */
export interface Library {
  readonly folder: string
  /** A reader learns now and then who writes. */
  access: LibraryAccess
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly experiments: ExperimentService
  readonly conversations: ConversationService
  readonly trash: Trash
  /** Resolves when what nobody waits for is done: until then, files of the library change. */
  readonly settled: () => Promise<unknown>
}

const placesOf = (folder: string) => ({
  datasets: placeIn(folder, 'datasets'),
  models: placeIn(folder, 'models'),
  experiments: placeIn(folder, 'experiments'),
  conversations: placeIn(folder, 'conversations'),
  trash: placeIn(folder, 'trash'),
})

/**
 * Makes the library's folders. Throws UserError where that cannot be: `library/not-folder` for a path with a file in it,
 * `library/not-made` for one that cannot be made, `library/unwritable` for one that is there.
 */
export async function prepareFolders(folder: string): Promise<void> {
  await makeFolder(folder).catch((error: NodeJS.ErrnoException) => {
    const isFile = error.code === 'ENOTDIR' || error.code === 'EEXIST'
    throw new UserError(isFile ? 'library/not-folder' : 'library/not-made', { folder })
  })
  try {
    for (const place of Object.values(placesOf(folder))) {
      await makeFolder(place)
      await access(place, constants.W_OK)
    }
  } catch {
    throw new UserError('library/unwritable', { folder })
  }
}

/** Makes a folder and those above it. Node's own recursive way never ends where a file system makes none (`/proc`). */
async function makeFolder(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => null))?.isDirectory()) return
  const parent = dirname(folder)
  if (parent !== folder) await makeFolder(parent)
  await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
    // Another studio may have made it meanwhile.
    if (!(await stat(folder).catch(() => null))?.isDirectory()) throw error
  })
}

/**
 * Builds the services. The one writer first clears away what ended with an earlier process. Throws UserError where the
 * folder is gone, full or not writable.
 */
export async function openServices(folder: string, rights: LibraryAccess, services: LibraryServices): Promise<Library> {
  const unattended = new Unattended(services.report)
  const library = buildServices({ folder, rights, services, unattended })
  if (rights.kind !== 'writer') return library
  const { datasets, experiments, trash } = library
  try {
    for (const place of [folder, ...Object.values(placesOf(folder))]) await sweepTemporary(place)
    await datasets.sweep()
    await experiments.recover()
    await library.models.sweep()
    unattended.add(trash.purge())
    return library
  } catch (error) {
    await Promise.allSettled([experiments.close(), datasets.close(), library.models.close()])
    if (!(await stat(folder).catch(() => null))) throw new UserError('library/gone', { folder })
    throw toDiskError(error, folder)
  }
}

/** Work in the trash that nobody waits for. A disk that fails is told where somebody looks at the trash. */
class Unattended {
  readonly #work = new Set<Promise<void>>()
  readonly #report: ReportBug

  constructor(report: ReportBug) {
    this.#report = report
  }

  add(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => {
        if (!(error instanceof UserError)) this.#report('trash', error)
      })
      .finally(() => this.#work.delete(done))
    this.#work.add(done)
  }

  settled(): Promise<unknown> {
    return Promise.all(this.#work)
  }
}

interface Building {
  readonly folder: string
  readonly rights: LibraryAccess
  readonly services: LibraryServices
  readonly unattended: Unattended
}

function buildServices({ folder, rights, services, unattended }: Building): Library {
  const places = placesOf(folder)
  const isWritable = rights.kind === 'writer'
  const emit: Emit = (name, payload) => {
    services.emit(name, payload)
    if (name === 'datasets.removed') unattended.add(trash.note('dataset', (payload as Events['datasets.removed']).id))
    if (name === 'experiments.removed')
      unattended.add(trash.note('experiment', (payload as Events['experiments.removed']).id))
    if (name === 'conversations.removed')
      unattended.add(trash.note('conversation', (payload as Events['conversations.removed']).id))
    if (name === 'models.removed') unattended.add(trash.note('model', (payload as Events['models.removed']).id))
  }
  const models = createModelService({
    shippedFolder: join(services.resourcesFolder, 'models'),
    folder: places.models,
    trashFolder: places.trash,
    reader: services.reader,
    fits: services.fits,
    emit,
    environment: services.environment,
    usersOf: (id) => experiments.usersOf(id),
    ...(services.showFolder && { showFolder: services.showFolder }),
  })
  const datasets = createDatasetService({
    folder: places.datasets,
    trashFolder: places.trash,
    templatesFolder: join(services.resourcesFolder, 'tutorial'),
    emit,
    isWritable,
    language: services.language,
    tokenCounter: (modelId) => tokenCounter(models, services.reader, modelId),
  })
  const experiments = createExperimentService({
    language: services.language,
    folder: places.experiments,
    trashFolder: places.trash,
    datasets,
    models,
    reader: services.reader,
    engine: services.engine,
    devices: services.devices,
    emit,
    isHeld: () => library.access.kind === 'reader' && library.access.holder !== null,
  })
  const conversations = createConversationService({
    folder: places.conversations,
    trashFolder: places.trash,
    isWritable,
    chat: services.chat,
    emit,
    language: services.language,
  })
  const trash = trashOf({ datasets, experiments, models, conversations }, { folder: places.trash, isWritable, emit })
  const settled = () => unattended.settled()
  const library: Library = { folder, access: rights, datasets, models, experiments, conversations, trash, settled }
  return library
}

/** The trash, from which each thing goes back to the service that it came from. */
const trashOf = (
  {
    datasets,
    experiments,
    models,
    conversations,
  }: Pick<Library, 'datasets' | 'experiments' | 'models' | 'conversations'>,
  { folder, isWritable, emit }: { readonly folder: string; readonly isWritable: boolean; readonly emit: Emit },
): Trash =>
  createTrash({
    folder,
    isWritable,
    nameOf: namesInTrash(folder),
    restore: {
      dataset: (id) => datasets.restore({ id: id as never }),
      experiment: (id) => experiments.restore({ id: id as never }),
      model: (id) => models.restore({ id: id as never }),
      conversation: (id) => conversations.restore({ id: id as never }),
    },
    onChange: () => emit('trash.changed', null),
  })
