import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PathToRead, type ColumnId, type DatasetInfo } from '../contract/index.ts'
import { previewTable } from './import.ts'
import { createDatasetService, type DatasetService } from './service.ts'

let folder: string
let service: DatasetService
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-columns-'))
  service = createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder: folder,
    emit: () => undefined,
  })
})
afterAll(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

async function put(name: string, contents: string): Promise<PathToRead> {
  await writeFile(join(folder, name), contents)
  return PathToRead.parse(join(folder, name))
}

const tableOf = async ({ id, columns, rowCount }: DatasetInfo) => [
  columns.map(({ name }) => name),
  ...(await service.page({ id, offset: 0, limit: rowCount })).rows.map(({ cells }) => cells),
]
const options = {
  columns: [
    { from: 'answer', name: '回答' },
    { from: 'q', name: '質問' },
  ],
}

it('takes the chosen columns in their order, with their names and the roles of these', async () => {
  const file = await put('first.csv', 'id,q,answer\n1,あ,い\n2,う,\n')
  expect(await previewTable(file, options, 'ja')).toMatchObject({
    sources: ['id', 'q', 'answer'],
    columns: [
      { name: '回答', role: 'answer' },
      { name: '質問', role: 'prompt' },
    ],
    rows: [
      ['い', 'あ'],
      [null, 'う'],
    ],
    options,
  })
  expect(await tableOf(await service.import({ file, options }))).toEqual([
    ['回答', '質問'],
    ['い', 'あ'],
    [null, 'う'],
  ])
})

it('appends further files whose columns lie elsewhere to the same dataset', async () => {
  const info = await service.import({ file: await put('shard-0.csv', 'q,answer\nあ,い\n'), options })
  const second = await put('shard-1.jsonl', '{"answer":"え","extra":1,"q":"う"}\n')
  expect(await tableOf(await service.appendFile({ id: info.id, file: second, options }))).toEqual([
    ['回答', '質問'],
    ['い', 'あ'],
    ['え', 'う'],
  ])
})

it('appends a file with other names where its columns are told to go, and takes that back in one step', async () => {
  const { id, columns } = await service.import({ file: await put('own.csv', 'instruction,input,output\nあ,,い\n') })
  const file = await put('other.csv', '回答,質問,備考,出典\nえ,う,m,s\n')
  const [answer, prompt] = [columns[2]!.id, columns[0]!.id]
  expect(await service.matchColumns({ id, columns: (await previewTable(file, {}, 'ja')).columns.slice() })).toEqual([
    answer,
    prompt,
    null,
    null,
  ])
  expect(await tableOf(await service.appendFile({ id, file, targets: [{ from: '出典', to: 'none' }] }))).toEqual([
    ['instruction', 'input', 'output', '備考'],
    ['あ', null, 'い', null],
    ['う', null, 'え', 'm'],
  ])
  expect(await tableOf(await service.undo({ id }))).toEqual([
    ['instruction', 'input', 'output'],
    ['あ', null, 'い'],
  ])
  const wrong = [{ from: '回答', to: 'gone' as ColumnId }]
  await expect(service.appendFile({ id, file, targets: wrong })).rejects.toMatchObject({
    error: { code: 'dataset/column-not-found' },
  })
})

it('tells columns apart that have the same name, none, or begin after the header', async () => {
  const file = await put('names.csv', 'a,a,\n1,2,3,4\n')
  expect((await previewTable(file, {}, 'ja')).sources).toEqual(['a', 'a (2)', '列3', '列4'])
  const chosen = {
    columns: [
      { from: '列4', name: 'd' },
      { from: 'a (2)', name: 'b' },
    ],
  }
  expect(await tableOf(await service.import({ file, options: chosen }))).toEqual([
    ['d', 'b'],
    ['4', '2'],
  ])
})

it('names the column where the file has none of them', async () => {
  await expect(previewTable(await put('other.csv', 'x,y\n1,2\n'), options, 'ja')).rejects.toMatchObject({
    error: { code: 'dataset/column-not-found', facts: { column: 'answer' } },
  })
})

it('cuts a name that is a text, and halves no character', async () => {
  const long = `${'あ'.repeat(999)}😀${'い'.repeat(100_000)}`
  for (const name of ['long.csv', 'long.jsonl']) {
    const file = await put(
      name,
      name.endsWith('csv') ? `${long},q\n1,2\n` : `${JSON.stringify({ [long]: '1', q: '2' })}\n`,
    )
    const preview = await previewTable(file, {}, 'ja')
    expect(preview.sources).toEqual(['あ'.repeat(999), 'q'])
    expect(preview.columns.map(({ name: shown }) => shown)).toEqual(preview.sources)
    const columns = preview.sources.map((from) => ({ from, name: from }))
    for (const chosen of [{}, { options: { columns } }])
      expect(await tableOf(await service.import({ file, ...chosen }))).toEqual([preview.sources, ['1', '2']])
  }
  const other = await put('other-bytes.tsv', '')
  await writeFile(other, Buffer.alloc(5 * 2 ** 20, 0xff))
  expect((await service.import({ file: other })).columnNames.join().length).toBeLessThanOrEqual(1000)
})
