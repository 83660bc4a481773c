import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ColumnId, PathToWrite, type ExportFormat } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { applyEdits } from './edits.ts'
import { exportTable } from './export.ts'
import { openTable } from './formats/index.ts'
import { tableWritings } from './formats/registry.ts'
import { createStore } from './import.ts'
import type { DatasetStore } from './store.ts'

const table = [
  ['質問', '回答', 'メモ'],
  ['一行目\n二行目', '「はい」, "いいえ"', '007'],
  ['=1+1', '髙﨑①㈱ ﾊﾝｶｸ～', '+81-90'],
  ['_x0041_ そのまま', ' 前後の空白 ', null],
] as const

const formats = tableWritings.map(({ id }) => id)

let folder: string
let store: DatasetStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-export-'))
  store = await createStore(
    join(folder, 'data.duckdb'),
    (async function* () {
      yield* table
    })(),
    { name: 'data', language: 'ja' },
  )
})
afterEach(async () => {
  store.close()
  await rm(folder, { recursive: true })
})

const write = async (format: ExportFormat, name: string) => {
  const target = PathToWrite.parse(join(folder, name))
  expect(await exportTable(store, { target, format, byteOrderMark: true })).toBe(3)
  return target
}

async function readBack(file: string) {
  const rows: (readonly (string | null)[])[] = []
  for await (const row of (await openTable(file)).rows()) rows.push(row)
  return rows
}

describe('an empty dataset', () => {
  /** Another store with these columns, or none, and so many rows. */
  const replace = async (names: readonly string[], rowCount: number) => {
    store.close()
    store = await createStore(
      join(folder, 'empty.duckdb'),
      (async function* () {
        yield names.length > 0 ? names : ['a']
        for (let row = 0; row < rowCount; row++) yield ['x']
      })(),
      { name: 'empty', language: 'ja' },
    )
    if (names.length === 0)
      await applyEdits(store, [
        { kind: 'deleteColumns', columnIds: (await store.columns()).map(({ id }) => ColumnId.parse(id)) },
      ])
  }
  /** What becomes of it in every format: how many rows were written, or why not. */
  const outcomes = () =>
    Promise.all(
      formats.map(async (format) => [
        format,
        await exportTable(store, {
          target: PathToWrite.parse(join(folder, `empty.${format}`)),
          format,
          byteOrderMark: true,
        }).catch((error: { error?: { code: string } }) => error.error?.code ?? error),
      ]),
    )
  const written = async () =>
    (await readdir(folder)).filter((name) => name.startsWith('empty.') && !name.startsWith('empty.duckdb')).sort()

  it.each([[['a']], [['a', 'b']]])('with the columns %j and no rows is written in every format', async (names) => {
    await replace(names, 0)
    expect(await outcomes()).toEqual(formats.map((format) => [format, 0]))
    expect(await written()).toEqual(formats.map((format) => `empty.${format}`).sort())
  })

  it.each([0, 2])('without columns and with %i rows is refused in every format', async (rowCount) => {
    await replace([], rowCount)
    expect(await outcomes()).toEqual(formats.map((format) => [format, 'dataset/no-columns']))
    expect(await written()).toEqual([])
  })
})

describe('an exported dataset', () => {
  it.each([
    ['csv', 'a.csv'],
    ['tsv', 'a.tsv'],
    ['csv-cp932', 'b.csv'],
    ['xlsx', 'a.xlsx'],
    ['numbers', 'a.numbers'],
    ['parquet', 'a.parquet'],
  ] as const)('%s comes back cell for cell', async (format, name) => {
    expect(await readBack(await write(format, name))).toEqual(table)
  })

  it.skipIf(process.platform === 'win32').each([
    ['csv', 'a.csv'],
    ['xlsx', 'a.xlsx'],
    ['parquet', 'a.parquet'],
    ['jsonl', 'a.jsonl'],
  ] as const)("%s is on the disk before it takes an earlier one's place", async (format, name) => {
    await write(format, name)
    const disk = faultyDisk({ within: folder })
    const restore = useDisk(disk)
    await write(format, name).finally(restore)
    const at = disk.seen.indexOf(`rename ${join(folder, name)}`)
    expect(disk.seen[at - 1]).toMatch(/^sync .*\.tmp$/)
    expect(disk.seen[at + 1]).toBe(`sync ${folder}`)
  })

  it('is in Shift_JIS as Windows writes it, or not at all', async () => {
    const bytes = await readFile(await write('csv-cp932', 'c.csv'))
    expect(new TextDecoder('shift_jis', { fatal: true }).decode(bytes)).toContain('髙﨑①㈱ ﾊﾝｶｸ～')
    await store.run(`UPDATE rows SET ${(await store.columns())[1]!.id} = '𠮷😀' WHERE position = 1`)
    await expect(write('csv-cp932', 'd.csv')).rejects.toMatchObject({
      error: { code: 'dataset/not-in-cp932', facts: { row: 2, column: '回答', character: '𠮷' } },
    })
    expect((await readdir(folder)).filter((name) => name.startsWith('d.'))).toEqual([])
  })

  it('is what H2O LLM Studio reads: prompts and answers alone', async () => {
    const lines = (await readFile(await write('csv-h2o', 'converted_dataset.csv'), 'utf8')).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      'instruction,output',
      '"一行目',
      '二行目","「はい」, ""いいえ"""',
      '=1+1,髙﨑①㈱ ﾊﾝｶｸ～',
    ])
  })

  it('is not written to Excel where a cell does not fit', async () => {
    await store.run(`UPDATE rows SET ${(await store.columns())[0]!.id} = repeat('あ', 32768) WHERE position = 1`)
    await expect(write('xlsx', 'long.xlsx')).rejects.toMatchObject({
      error: { code: 'dataset/cell-too-long-for-xlsx', facts: { row: 2, column: '質問', characters: 32768 } },
    })
    expect((await readdir(folder)).filter((name) => name.startsWith('long'))).toEqual([])
  })

  it('is JSON Lines of the columns, of alpaca or of messages', async () => {
    const first = async (format: ExportFormat) =>
      JSON.parse((await readFile(await write(format, 'e.jsonl'), 'utf8')).split('\n')[0] ?? '') as unknown
    expect(await first('jsonl')).toEqual({ 質問: '一行目\n二行目', 回答: '「はい」, "いいえ"', メモ: '007' })
    expect(await first('jsonl-alpaca')).toEqual({
      instruction: '一行目\n二行目',
      input: '',
      output: '「はい」, "いいえ"',
    })
    expect(await first('jsonl-messages')).toEqual({
      messages: [
        { role: 'user', content: '一行目\n二行目' },
        { role: 'assistant', content: '「はい」, "いいえ"' },
      ],
    })
  })
})
