import {
  UserError,
  type Events,
  type Handlers,
  type ModelId,
  type ModelSummary,
  type ModelUser,
} from '../contract/index.ts'
import type { ModelReader } from '../reader/client.ts'
import { Additions, sweepAdditions } from './additions.ts'
import { restoreModel, trashModel, type LibraryModels } from './library-models.ts'
import { writeNote } from './model-note.ts'
import type { Candidate } from './places.ts'

type ModelHandlers = { [N in keyof Handlers as N extends `models.${infer C}` ? C : never]: Handlers[N] }
type ModelEvent = Extract<keyof Events, `models.${string}`>

export interface LibraryParts extends LibraryModels {
  readonly find: (id: ModelId) => Promise<Candidate | null>
  readonly summarize: (found: Candidate) => Promise<ModelSummary>
  readonly usersOf: (id: ModelId) => Promise<readonly ModelUser[]>
  readonly reader: ModelReader
  readonly emit: <N extends ModelEvent>(name: N, payload: Events[N]) => void
  readonly now: () => number
}

type LibraryHandlers = Pick<
  ModelHandlers,
  'rename' | 'users' | 'remove' | 'restore' | 'addFolder' | 'addGguf' | 'cancelAddition'
> & { close(): Promise<void>; sweep(): Promise<void> }

/** The calls that change the library's own models. */
export function libraryHandlers({
  find,
  summarize,
  usersOf,
  reader,
  emit,
  now,
  ...library
}: LibraryParts): LibraryHandlers {
  const additions = new Additions({
    folder: library.folder,
    reader,
    tell: (addition) => emit('models.addition', addition),
    onDone: (id) => emit('models.changed', { id }),
    now,
  })
  return {
    async rename({ id, name }) {
      const found = await find(id)
      if (found?.origin !== 'library') throw new UserError('model/not-ours', { model: id })
      await writeNote(found.folder, { name })
      emit('models.changed', { id })
      return summarize(found)
    },
    users: ({ id }) => usersOf(id),
    async remove({ id }) {
      const active = (await usersOf(id)).find(({ isActive }) => isActive)
      if (active) throw new UserError('model/in-use', { model: id, run: active.name })
      await trashModel(library, id)
      emit('models.removed', { id })
      emit('models.changed', { id })
      return null
    },
    async restore({ id }) {
      await restoreModel(library, id)
      emit('models.changed', { id })
      const found = await find(id)
      if (!found) throw new UserError('model/not-found', { model: id })
      return summarize(found)
    },
    addFolder: ({ folder }) => additions.start(folder),
    addGguf: ({ file }) => additions.startGguf(file),
    cancelAddition: ({ additionId }) => additions.cancel(additionId).then(() => null),
    close: () => additions.close(),
    sweep: () => sweepAdditions(library.folder),
  }
}
