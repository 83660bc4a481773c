import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PathToRead, PathToWrite, UserError, type DatasetInfo, type RowId } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'

const templatesFolder = join(import.meta.dirname, '..', '..', 'resources', 'tutorial')
let folder: string
let service: DatasetService
const serve = () =>
  createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder,
    emit: (name) => void events.push(name),
  })
const events: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-datasets-'))
  service = serve()
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const cells = async ({ id }: DatasetInfo) =>
  (await service.page({ id, offset: 0, limit: 100 })).rows.map((row) => row.cells)
const importText = async (text: string | Uint8Array, name = 'table.csv') => {
  await writeFile(join(folder, name), text)
  return service.import({ file: PathToRead.parse(join(folder, name)) })
}
const codeOf = async (work: Promise<unknown>) => ((await work.catch((error: unknown) => error)) as UserError).error.code

describe('the sample of the tutorial', () => {
  it('has eleven rows whose columns are a question and an answer', async () => {
    const info = await service.create({ from: 'sample' })
    expect([info.rowCount, info.columns.map(({ name, role }) => [name, role])]).toEqual([
      11,
      [
        ['instruction', 'prompt'],
        ['output', 'answer'],
      ],
    ])
    const rows = []
    for await (const row of service.rowsForTraining(info.id)) rows.push(row)
    expect(rows[10]).toEqual({
      rowId: 11,
      rowNumber: 11,
      prompt: 'YouTubeのRehabC - デジタルで、遊ぶ。チャンネルについて教えてください。',
      answer: 'RehabCチャンネルは、2014年に開設されたデジタルテクノロジー教育系チャンネルです。',
    })
  })

  it('gets a name of its own each time', async () => {
    const names = [await service.create({ from: 'sample' }), await service.create({ from: 'sample' })].map(
      ({ name }) => name,
    )
    expect(names).toEqual(['サンプル', 'サンプル 2'])
  })
})

describe('editing', () => {
  it('changes cells, rows and columns, and takes everything back and forth', async () => {
    const info = await importText('a,b\r\n1,2\r\n3,4\r\n')
    const { id, columns } = info
    const [
      {
        rows: [first],
      },
    ] = [await service.page({ id, offset: 0, limit: 1 })]
    const states = [await cells(info)]
    await service.edit({
      id,
      edits: [{ kind: 'setCells', cells: [{ rowId: first?.rowId as RowId, columnId: columns[1]!.id, value: '=1+1' }] }],
    })
    states.push(await cells(info))
    await service.edit({
      id,
      edits: [
        {
          kind: 'setRange',
          row: 1,
          column: 1,
          values: [
            ['x', 'y'],
            ['007', null],
          ],
        },
      ],
    })
    states.push(await cells(info))
    await service.edit({
      id,
      edits: [
        { kind: 'insertRows', at: 1, rows: [['new', '']] },
        { kind: 'deleteRows', from: 0, to: 1 },
      ],
    })
    states.push(await cells(info))
    await service.edit({ id, edits: [{ kind: 'deleteColumn', columnId: columns[0]!.id }] })
    states.push(await cells(info))
    expect(states).toEqual([
      [
        ['1', '2'],
        ['3', '4'],
      ],
      [
        ['1', '=1+1'],
        ['3', '4'],
      ],
      [
        ['1', '=1+1', null],
        ['3', 'x', 'y'],
        [null, '007', null],
      ],
      [
        ['new', '', null],
        ['3', 'x', 'y'],
        [null, '007', null],
      ],
      [
        ['', null],
        ['x', 'y'],
        ['007', null],
      ],
    ])
    for (const state of states.slice(0, -1).reverse()) {
      await service.undo({ id })
      expect(await cells(info)).toEqual(state)
    }
    for (const state of states.slice(1)) {
      await service.redo({ id })
      expect(await cells(info)).toEqual(state)
    }
    expect((await service.open({ id })).columns.map(({ name }) => name)).toEqual(['b', 'C'])
  })

  it('remembers what can be undone after the studio was closed', async () => {
    const info = await importText('q,a\n1,2\n')
    await service.edit({ id: info.id, edits: [{ kind: 'setRange', row: 0, column: 0, values: [['changed']] }] })
    await service.close()
    service = serve()
    expect((await service.undo({ id: info.id })).redoCount).toBe(1)
    expect(await cells(info)).toEqual([['1', '2']])
  })

  it('changes nothing when one edit of a step cannot be done', async () => {
    const info = await importText('q,a\n1,2\n')
    const edits = [
      { kind: 'setRange', row: 0, column: 0, values: [['changed']] },
      { kind: 'deleteColumn', columnId: 'nowhere' },
    ] as never
    expect(await codeOf(service.edit({ id: info.id, edits }))).toBe('dataset/column-not-found')
    expect(await cells(info)).toEqual([['1', '2']])
  })

  it('brings a removed dataset back', async () => {
    const info = await importText('q,a\n1,2\n')
    await service.remove({ id: info.id })
    expect(await service.list({})).toEqual([])
    await service.restore({ id: info.id })
    expect(await cells(info)).toEqual([['1', '2']])
  })
})

describe('reading files', () => {
  const text = '質問,回答\r\n"改行と""引用""\r\nです",髙﨑①ｶﾞ\r\n007,=1+1\r\n,""\r\n'
  const rows = [
    ['改行と"引用"\r\nです', '髙﨑①ｶﾞ'],
    ['007', '=1+1'],
    [null, ''],
  ]
  // 「質問,回答\n教えてください,かしこまりました」 in each encoding
  const sjis = Uint8Array.from(
    Buffer.from('8ebf96e22c89f1939a0a8bb382a682c482ad82be82b382a22c82a982b582b182dc82e882dc82b582bd0a', 'hex'),
  )
  const eucjp = Uint8Array.from(
    Buffer.from('bcc1ccd62cb2f3c5fa0ab6b5a4a8a4c6a4afa4c0a4b5a4a42ca4aba4b7a4b3a4dea4eaa4dea4b7a4bf0a', 'hex'),
  )

  it('keeps every character, empty apart from missing, and knows the columns by their Japanese names', async () => {
    for (const content of [
      text,
      `\ufeff${text}`,
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    ]) {
      const info = await importText(content)
      expect(await cells(info)).toEqual(rows)
      expect(info.columns.map(({ role }) => role)).toEqual(['prompt', 'answer'])
    }
  })

  it('reads Shift_JIS and EUC-JP', async () => {
    for (const bytes of [sjis, eucjp])
      expect(await cells(await importText(bytes))).toEqual([['教えてください', 'かしこまりました']])
  })

  it('refuses what is no table with a reason, and leaves nothing behind', async () => {
    expect(await codeOf(importText(Buffer.from('89504e470d0a1a0a', 'hex'), 'picture.csv'))).toBe('dataset/not-a-table')
    expect(await codeOf(importText('PK\u0003\u0004', 'book.xlsx'))).toBe('dataset/zip-broken')
    expect(await codeOf(importText(' \n'))).toBe('dataset/file-empty')
    const open = await importText('a,b\n1,"never closed\n').catch((error: unknown) => (error as UserError).error)
    expect(open).toEqual({ code: 'dataset/quote-open', facts: { file: 'table.csv', line: 2 } })
    expect(await codeOf(service.import({ file: PathToRead.parse(join(folder, 'missing.csv')) }))).toBe('file/not-found')
    expect(await service.list({})).toEqual([])
  })

  it('says which columns there are when question and answer cannot be told', async () => {
    const info = await importText('x,y\n1,2\n')
    const error = await service
      .rowsForTraining(info.id)
      [Symbol.asyncIterator]()
      .next()
      .catch((reason: unknown) => (reason as UserError).error)
    expect(error).toEqual({ code: 'dataset/columns-missing', facts: { dataset: 'table', found: 'x, y' } })
  })
})

describe('writing files', () => {
  const nasty = [
    '',
    null,
    'a\nb',
    'a\r\nb',
    '"',
    ',',
    '\t',
    ' 前後 ',
    '007',
    '=1+1',
    '1234567890123456789',
    '👨‍👩‍👧‍👦',
    'ｶﾞ',
    '髙﨑',
    '\u3000',
    "';--",
    '\ufeffx',
  ] as const
  let seed = Date.now() % 2 ** 31

  it.each(['csv', 'tsv'] as const)('gives the same cells back through %s', async (format) => {
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) / 2 ** 31
    console.log('seed', seed)
    const values = Array.from({ length: 50 }, () =>
      Array.from({ length: 3 }, () => nasty[Math.floor(random() * nasty.length)] as string | null),
    )
    const info = await service.create({ from: 'empty' })
    await service.edit({ id: info.id, edits: [{ kind: 'setRange', row: 0, column: 0, values }] })
    const target = PathToWrite.parse(join(folder, `out.${format}`))
    expect(await service.export({ id: info.id, target, format, byteOrderMark: true })).toEqual({
      file: target,
      rowCount: 50,
    })
    expect(await cells(await service.import({ file: PathToRead.parse(target) }))).toEqual(values)
  })

  it('writes JSONL keyed by the header', async () => {
    const info = await importText('質問,回答\n1,"a\nb"\n')
    await service.export({
      id: info.id,
      target: PathToWrite.parse(join(folder, 'out.jsonl')),
      format: 'jsonl',
      byteOrderMark: true,
    })
    expect(await readFile(join(folder, 'out.jsonl'), 'utf8')).toBe('{"質問":"1","回答":"a\\nb"}\n')
  })
})
