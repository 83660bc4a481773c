import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { rowsOf } from '../testing/table-rows.ts'
import { zipOf } from '../testing/zip-file.ts'
import { contentsOf } from './contents.ts'
import { unpacked } from './packed.ts'

const CSV = 'q,a\n1,2\n'
const ROWS = [
  ['q', 'a'],
  ['1', '2'],
]
/** What bzip2 makes of the table. */
const BZIP2 = Buffer.from('QlpoOTFBWSZTWT8n8DwAAAPZgAAQAAQwACAAIAAgADDACGNAFLywu5IpwoSB+T+B4A==', 'base64')
const BZIP2_RUNS = Buffer.from(
  'QlpoOTFBWSZTWT26NB8AAALQwYAQAAQAQDAACIAACCAAMQwIClUYab7lrhYUjCkdpIzZ4XckU4UJA9ujQfA=',
  'base64',
)
/** What zstd makes of it. */
const ZSTD = Buffer.from('KLUv/QRYQQAAcSxhCjEsMgrfC6ko', 'base64')
/** The same behind a frame to skip. */
const SKIPPED = Buffer.concat([Buffer.from('502a4d1803000000616263', 'hex'), ZSTD])
/** A frame that wants a window of 1 GB. */
const WIDE = Buffer.from('28b52ffd00a0410000', 'hex')

describe('a packed file', () => {
  it.each([
    ['a.csv.gz', gzipSync(CSV)],
    ['two members.csv.gz', Buffer.concat([gzipSync('q,a\n'), gzipSync('1,2\n')])],
    ['a.csv.zst', ZSTD],
    ['skipped.csv.zst', SKIPPED],
    ['a.csv.bz2', BZIP2],
    ['another name.csv', gzipSync(CSV)],
    ['a.zip', zipOf({ name: 'a.csv.gz', contents: gzipSync(CSV) })],
    ['a.zip.gz', gzipSync(zipOf({ name: 'a.csv', contents: CSV }))],
  ])('%s is read as what it holds', async (name, contents) => {
    expect((await rowsOf(name, contents)).rows).toEqual(ROWS)
  })

  it('holds what its own name says', async () => {
    const { table } = await rowsOf('a.jsonl.gz', gzipSync('{"a":1}\n'))
    expect(table.format.id).toBe('jsonl')
  })

  it('is unpacked from bzip2 with its runs, over several streams', async () => {
    const { rows } = await rowsOf('a.csv.bz2', Buffer.concat([BZIP2_RUNS, BZIP2_RUNS]))
    const row = ['x'.repeat(1000), 'あ'.repeat(300)]
    expect(rows).toEqual([row, row])
  })

  it.each([
    ['cut.csv.gz', gzipSync(CSV).subarray(0, -4), 'packed-damaged'],
    ['changed.csv.gz', gzipSync(CSV).fill(255, 12, 14), 'packed-damaged'],
    ['cut.csv.bz2', BZIP2.subarray(0, -4), 'packed-damaged'],
    ['changed.csv.bz2', Buffer.from(BZIP2).fill(255, 30, 32), 'packed-damaged'],
    ['cut.csv.zst', ZSTD.subarray(0, -4), 'packed-damaged'],
    ['wide.csv.zst', WIDE, 'packed-memory'],
  ])('%s is refused in a sentence', async (file, contents, code) => {
    await expect(rowsOf(file, contents)).rejects.toMatchObject({ error: { code: `dataset/${code}`, facts: { file } } })
  })

  it('does not grow without end', async () => {
    const size = 2 ** 22
    const bomb = await unpacked(contentsOf('bomb.csv.gz', Uint8Array.from(gzipSync(Buffer.alloc(size)))), 2 ** 20)
    const tooLarge = { error: { code: 'dataset/packed-too-large', facts: { file: 'bomb.csv.gz' } } }
    await expect(bomb.whole()).rejects.toMatchObject(tooLarge)
    const read = async () => {
      let bytes = 0
      for await (const piece of bomb.pieces()) bytes += piece.length
      return bytes
    }
    await expect(read()).rejects.toMatchObject(tooLarge)
  })
})

describe('an archive', () => {
  it.each([
    [['readme.txt', 'data/train.jsonl'], 'data/train.jsonl'],
    [['LICENSE.csv', 'notes.txt', 'a.json'], 'a.json'],
    [['test.csv', 'train.csv', 'valid.csv'], 'train.csv'],
    [['dataset_info.json', 'a/data-00000-of-00001.csv'], 'a/data-00000-of-00001.csv'],
    [['readme.txt', 'table.txt'], 'table.txt'],
    [['readme.txt'], 'readme.txt'],
    [['b.csv', 'a.csv'], 'b.csv'],
  ])('of %j takes %s', async (names, taken) => {
    const files = names.map((name) => ({ name, contents: name.endsWith('.jsonl') ? '{"q":"1"}\n' : '[{"q":"1"}]' }))
    const { table } = await rowsOf('a.zip', zipOf(...files))
    expect(table.options.entry).toBe(taken)
    expect(table.entries).toEqual(names)
    expect(table.notes?.map(({ code, facts }) => [code, facts.entry])).toEqual(
      names.length > 1 ? [['entry-chosen', taken]] : [],
    )
  })
})
