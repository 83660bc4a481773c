import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Language } from '../../texts/index.ts'
import { PathToRead } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'

let folder: string
let language: Language
let service: DatasetService
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-names-'))
  language = 'en'
  service = createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(import.meta.dirname, '..', '..', 'resources', 'tutorial'),
    emit: () => undefined,
    language: () => language,
  })
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const put = async (name: string, content: string) => {
  await writeFile(join(folder, name), content)
  return PathToRead.parse(join(folder, name))
}
const noHeader = { hasHeader: false }
const columnsOf = ({ columns }: { readonly columns: readonly { readonly name: string }[] }) =>
  columns.map(({ name }) => name)

describe('names that the studio makes up', () => {
  it('are in the language at that moment', async () => {
    expect((await service.create({ from: 'empty' })).name).toBe('New dataset')
    expect((await service.create({ from: 'sample' })).name).toBe('Sample')
    expect((await service.create({ from: 'template' })).name).toBe('Template')
    expect((await service.create({ from: 'empty' })).name).toBe('New dataset 2')
    language = 'ja'
    expect((await service.create({ from: 'empty' })).name).toBe('新しいデータセット')
  })

  it('are those of the columns of a file without a header, of blank titles, and of cells beyond the header', async () => {
    const file = await put('a.csv', '1,2\n3,4,5\n')
    expect(columnsOf(await service.preview({ file, options: noHeader }))).toEqual(['Column 1', 'Column 2', 'Column 3'])
    expect(columnsOf(await service.import({ file, options: noHeader }))).toEqual(['Column 1', 'Column 2', 'Column 3'])
    const titled = await put('b.csv', 'q,\n1,2,3\n')
    expect(columnsOf(await service.import({ file: titled }))).toEqual(['q', 'Column 2', 'Column 3'])
    language = 'ja'
    expect(columnsOf(await service.import({ file, options: noHeader }))).toEqual(['列1', '列2', '列3'])
  })

  it('name the part of a split whose cells are blank', async () => {
    const { id, columns } = await service.import({ file: await put('c.csv', 'q,kind\n1,x\n2,\n'), name: 'c' })
    const parts = await service.split({ id, by: { kind: 'value', columnId: columns[1]!.id } })
    expect(parts.map(({ name }) => name)).toEqual(['c x', 'c (blank)'])
  })

  it('are known again after the language has changed: in an import that was chosen before, and below other rows', async () => {
    const file = await put('d.csv', '1,2\n3,4\n')
    const columns = columnsOf(await service.preview({ file, options: noHeader })).map((from) => ({
      from,
      name: from,
      role: 'ignore' as const,
    }))
    language = 'ja'
    const made = await service.import({ file, options: { ...noHeader, columns: columns.slice(1) } })
    expect(columnsOf(made)).toEqual(['Column 2'])
    const { id } = await service.import({ file, options: noHeader })
    language = 'en'
    const longer = await service.appendFile({ id, file, options: noHeader })
    expect([columnsOf(longer), longer.rowCount]).toEqual([['列1', '列2'], 4])
  })

  it('are not taken for titles of the same words', async () => {
    const file = await put('e.csv', 'a,Column 1\n1,2\n')
    const columns = [{ from: 'Column 1', name: 'x', role: 'ignore' as const }]
    const { id } = await service.import({ file, options: { columns } })
    const { rows } = await service.page({ id, offset: 0, limit: 1 })
    expect(rows.map(({ cells }) => cells)).toEqual([['2']])
  })
})
