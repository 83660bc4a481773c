import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { text } from '../../../texts/index.ts'
import { tableFormats } from './list.ts'
import { describeFormats, importEndings, tableWritings, writtenEndings } from './registry.ts'
import type { TableFormat } from './table-format.ts'

const texts = { ja: text('ja').rooms.datasets, en: text('en').rooms.datasets }
const titleOf = (language: 'ja' | 'en', id: string): string | undefined =>
  (texts[language].importDialog.format as Readonly<Record<string, string>>)[id]

describe('the formats', () => {
  it('have ids of their own, and so have the ways to write them', () => {
    for (const ids of [tableFormats.map(({ id }) => id), tableWritings.map(({ id }) => id)])
      expect(ids).toEqual([...new Set(ids)])
  })

  it('have endings of their own', () => {
    const endings = tableFormats.flatMap((format) => format.endings)
    expect(endings).toEqual([...new Set(endings)])
    expect(importEndings).toEqual([...endings, 'zip', 'gz', 'zst', 'zstd', 'bz2'])
    expect(
      tableFormats
        .flatMap((format) => format.writes.flatMap((writing) => writing.endings))
        .filter((one) => !endings.includes(one)),
    ).toEqual([])
  })

  it('have one among them that takes any text', () => {
    expect(tableFormats.filter(({ takesAnyText }) => takesAnyText).map(({ id }) => id)).toEqual(['csv'])
  })

  it('name another encoding only of a writing that is there', () => {
    expect(tableWritings.flatMap(({ id, encoding }) => (encoding ? [[id, encoding]] : []))).toEqual([
      ['csv-cp932', { name: 'cp932', of: 'csv' }],
    ])
    expect(tableWritings.map(({ id }) => id)).toContain('csv')
  })

  it('have a title in every language, and so have the ways to write them, and no others have one', () => {
    for (const { importDialog, exportAs } of Object.values(texts)) {
      expect(Object.keys(importDialog.format).sort()).toEqual(tableFormats.map(({ id }) => id).sort())
      expect(Object.keys(exportAs).sort()).toEqual(tableWritings.map(({ id }) => id).sort())
    }
  })

  it('are told to the window as plain data', () => {
    expect(describeFormats().formats[0]).toEqual({
      id: 'csv',
      endings: ['csv', 'tsv', 'txt'],
      options: ['encoding', 'delimiter', 'hasHeader', 'skipRows'],
      writes: [
        { id: 'csv', ending: 'csv' },
        { id: 'tsv', ending: 'tsv' },
        { id: 'csv-cp932', ending: 'csv' },
        { id: 'csv-h2o', ending: 'csv', fileName: 'converted_dataset.csv' },
      ],
    })
    expect(structuredClone(describeFormats())).toEqual(describeFormats())
    expect(writtenEndings).toEqual(['csv', 'tsv', 'xlsx', 'numbers', 'parquet', 'jsonl'])
  })
})

const written = ({ writes }: TableFormat): readonly string[] => [
  ...new Set(writes.map(({ endings }) => endings[0] ?? '')),
]
const lines = {
  ja: (format: TableFormat) =>
    `- ${titleOf('ja', format.id)}:${format.endings.join('、')}${written(format).length > 0 ? `(書き出し:${written(format).join('、')})` : ''}`,
  en: (format: TableFormat) =>
    `- ${titleOf('en', format.id)}: ${format.endings.join(', ')}${written(format).length > 0 ? ` (export: ${written(format).join(', ')})` : ''}`,
}

it.each(['ja', 'en'] as const)('README.md lists them in %s', async (language) => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8')
  const [, listed] = readme.split(`<!-- formats ${language} -->`)
  expect(listed?.trim()).toBe(tableFormats.map(lines[language]).join('\n'))
})
