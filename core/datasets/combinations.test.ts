import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  PathToRead,
  type ColumnId,
  type DatasetEdit,
  type DatasetId,
  type HubDatasetId,
  type RowId,
} from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'
import { DatasetStore } from './store.ts'

let folder: string
let service: DatasetService

const open = (): DatasetService =>
  createDatasetService({ folder, trashFolder: join(folder, 'trash'), templatesFolder: folder, emit: () => undefined })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-combinations-'))
  service = open()
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, row) => [`q${from + row}`, `a${count - row}`])
const c1 = 'c1' as ColumnId
/** Changes of rows: few go into the journal's text, many into tables of their own. */
const rowChanges: Readonly<Record<string, DatasetEdit>> = {
  'few cells': { kind: 'setCells', cells: [{ rowId: 1 as RowId, columnId: c1, value: 'new' }] },
  'many cells': { kind: 'setRange', row: 0, column: 0, values: many(1000, 120) },
  'new rows': { kind: 'insertRows', at: 3, rows: many(2000, 2) },
  'many new rows': { kind: 'insertRows', at: 3, rows: many(3000, 150) },
  'a pasted block that is larger than the table': {
    kind: 'setRange',
    row: 100,
    column: 1,
    values: many(4000, 60).map((row) => [...row, 'x', 'y']),
  },
  'fewer rows': { kind: 'deleteRows', from: 1, to: 3 },
  'many fewer rows': { kind: 'deleteRows', from: 1, to: 115 },
  'moved rows': { kind: 'moveRows', from: 0, to: 5, at: 50 },
  'sorted rows': { kind: 'sort', keys: [{ columnId: c1, direction: 'descending' }] },
  'cleared cells': { kind: 'clear', fromRow: 0, toRow: 90, fromColumn: 0, toColumn: 1 },
}
const newColumns: readonly DatasetEdit[] = [
  { kind: 'insertColumn', at: 1, name: 'one' },
  { kind: 'insertColumns', at: 0, names: ['two', 'three'] },
]

async function prepared(): Promise<DatasetId> {
  const { id } = await service.create({ from: 'empty' })
  await service.edit({ id, edits: [{ kind: 'setRange', row: 0, column: 0, values: many(0, 120) }] })
  return id
}
async function contents(id: DatasetId) {
  const { columns } = await service.open({ id })
  return { columns, rows: (await service.page({ id, offset: 0, limit: 1000 })).rows.map(({ cells }) => cells) }
}

describe('one step that changes rows and adds columns', () => {
  it.each(Object.keys(rowChanges))(
    '%s before and between new columns',
    async (name) => {
      const change = rowChanges[name] as DatasetEdit
      const [one, more] = newColumns as [DatasetEdit, DatasetEdit]
      for (const edits of [
        [change, one],
        [one, change, more],
      ]) {
        const [together, apart] = [await prepared(), await prepared()]
        const before = await contents(together)
        await service.edit({ id: together, edits })
        for (const edit of edits) await service.edit({ id: apart, edits: [edit] })
        const after = await contents(together)
        expect(after).toEqual(await contents(apart))
        await service.undo({ id: together })
        expect(await contents(together)).toEqual(before)
        await service.redo({ id: together })
        expect(await contents(together)).toEqual(after)
      }
    },
    60_000,
  )
})

describe('where rows come from', () => {
  const source = (hub: string, licence = 'mit') => ({ hub: hub as HubDatasetId, licence })
  const imported = async (from?: ReturnType<typeof source>) => {
    const file = join(folder, `${from?.hub.replace('/', '-') ?? 'own'}.csv`)
    await writeFile(file, 'instruction,output\nq,a\nq2,a2\n')
    return service.import({ file: PathToRead.parse(file), ...(from && { source: from }) })
  }

  it('stays with them wherever they go, once each', async () => {
    const [own, one, two] = [await imported(), await imported(source('o/one')), await imported(source('o/two', ''))]
    expect([own.sources, one.sources]).toEqual([[], [source('o/one')]])
    await service.appendDataset({ id: own.id, from: one.id })
    await service.appendDataset({ id: own.id, from: one.id })
    expect((await service.appendDataset({ id: own.id, from: two.id })).sources).toEqual([
      source('o/one'),
      source('o/two', ''),
    ])
    const file = PathToRead.parse(join(folder, 'own.csv'))
    const added = await service.appendFile({ id: one.id, file, source: source('o/three') })
    expect(added.sources.map(({ hub }) => hub)).toEqual(['o/one', 'o/three'])
    const [part] = await service.split({ id: own.id, by: { kind: 'share', parts: [{ name: 'a', share: 1 }], seed: 1 } })
    expect(part!.sources).toEqual((await service.open({ id: own.id })).sources)
    expect((await service.sample({ id: own.id, rows: 1, seed: 1 })).sources).toHaveLength(2)
  })

  it.each(['no json', '{"hub":1}', '[{"hub":"../..","licence":"x"}]', null])(
    'is nothing where a file says %j',
    async (text) => {
      const { id } = await imported(source('o/one'))
      await service.close()
      const store = await DatasetStore.open(join(folder, `${id}.duckdb`))
      await store.run('UPDATE meta SET sources = $1', [text])
      store.close()
      service = open()
      expect((await service.open({ id })).sources).toEqual([])
    },
  )
})
