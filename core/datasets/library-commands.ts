import { access as accessFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from '../../texts/index.ts'
import { PathToRead, UserError, type DatasetInfo } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { appendRows } from './combine.ts'
import { fillStore, makeStore } from './filling.ts'
import { tableName } from './formats/packed.ts'
import { importTable } from './import.ts'
import { ENDING, requireFile } from './library-files.ts'
import { addDataset, withFileRows } from './passing-rows.ts'
import type { ServiceContext } from './service-context.ts'
import type { DatasetHandlers } from './service-types.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

const EMPTY_TABLE = [
  ['instruction', 'output'],
  [null, null],
] as const

/** One portion. */
async function* emptyTable(): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  yield EMPTY_TABLE
}

type Makers = Pick<DatasetHandlers, 'create' | 'import' | 'appendFile' | 'cancelImport'>

/** Calls that make datasets, and read files into them. */
export function makers({ access, imports, language, options: { templatesFolder } }: ServiceContext): Makers {
  const fromTemplate = (file: string, fallback: string, name?: string): Promise<DatasetInfo> => {
    const path = PathToRead.parse(join(templatesFolder, file))
    const make = (title: string, target: string) => importTable(path, target, { name: title, language: language() })
    return addDataset(access, { name, fallback, make })
  }
  return {
    create({ from, name }) {
      const { names } = text(language())
      if (from === 'sample') return fromTemplate('sample_dataset.csv', names.sample, name)
      if (from === 'template') return fromTemplate('dataset.csv', names.template, name)
      const make = (title: string, target: string) =>
        makeStore(target, (store) => fillStore(store, emptyTable(), { name: title, language: language(), file: title }))
      return addDataset(access, { name, fallback: names.newDataset, make })
    },
    import: ({ file, name, options, source, importId }) =>
      imports.run(importId, file, (watch) =>
        addDataset(access, {
          name,
          fallback: tableName(file),
          make: (title, target) =>
            importTable(file, target, { name: title, language: language(), options, source, watch }),
        }),
      ),
    appendFile: ({ id, file, options = {}, targets, source, importId }) =>
      imports.run(importId, file, (watch) =>
        withFileRows(access, { file, language: language(), options, source, watch }, (rows) =>
          access.change(id, (store) => appendRows(store, rows, { act: 'appendFile', targets })),
        ),
      ),
    async cancelImport({ importId }) {
      imports.cancel(importId)
      return null
    },
  }
}

/** Calls that move datasets to the trash and back. */
export function removals({ access, options }: ServiceContext): Pick<DatasetHandlers, 'remove' | 'restore'> {
  const { folder, trashFolder } = options
  return {
    async remove({ id }) {
      await requireFile(folder, id)
      await access.takeAway(id, () => moveDataset(folder, trashFolder, id))
      return null
    },
    async restore({ id }) {
      if (!(await isThere(trashFolder, id))) throw new UserError('dataset/not-found', { id })
      if (await isThere(folder, id)) throw new UserError('trash/occupied', { id })
      await moveDataset(trashFolder, folder, id).catch((error: unknown) => {
        throw access.toDiskError(error)
      })
      return access.tell(id)
    },
  }
}

const isThere = (folder: string, id: string): Promise<boolean> =>
  accessFile(join(folder, `${id}${ENDING}`)).then(
    () => true,
    () => false,
  )

/** Moves a dataset's file, and what is not yet in it, to another folder; both or neither. */
async function moveDataset(from: string, to: string, id: string): Promise<void> {
  await ensureFolder(to)
  const [file, beside] = [`${id}${ENDING}`, `${id}${ENDING}.wal`]
  await disk.rm(join(to, beside), { force: true })
  await disk.rename(join(from, file), join(to, file))
  await disk.rename(join(from, beside), join(to, beside)).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return
    await disk.rename(join(to, file), join(from, file))
    throw error
  })
  await Promise.all([from, to].map(syncFolder))
}
