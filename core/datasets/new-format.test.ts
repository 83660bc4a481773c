import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from '../cli/index.ts'
import { usage } from '../cli/print.ts'
import { PathToRead, PathToWrite } from '../contract/index.ts'
import { isTable } from '../hub/download-paths.ts'
import { mayHoldTable } from './formats/registry.ts'
import { previewTable } from './import.ts'
import { createDatasetService, type DatasetService } from './service.ts'
import { zipOf } from './testing/zip-file.ts'

// The one line that a new format needs besides its file.
vi.mock('./formats/list.ts', async (importOriginal) => {
  const { tableFormats } = await importOriginal<typeof import('./formats/list.ts')>()
  const { cards } = await import('./testing/cards-format.ts')
  return { tableFormats: [...tableFormats, cards] }
})

const CARDS = '#cards\ninstruction=質問\noutput=回答\n---\ninstruction=007\noutput=\n---\n'

let folder: string
let service: DatasetService
const at = (name: string) => join(folder, name)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-new-format-'))
  service = createDatasetService({ folder, trashFolder: at('trash'), templatesFolder: folder, emit: () => undefined })
  await service.sweep()
  await writeFile(at('in.cards'), CARDS)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await service.close()
  await rm(folder, { recursive: true })
})

it('is offered by the import dialog, the file dialogs and the export menu', async () => {
  const { formats, importEndings: offered } = await service.formats({})
  expect(formats.at(-1)).toEqual({
    id: 'cards',
    endings: ['cards'],
    options: ['encoding'],
    writes: [{ id: 'cards', ending: 'cards' }],
  })
  expect(offered.slice(offered.indexOf('cards'))).toEqual(['cards', 'zip', 'gz', 'zst', 'zstd', 'bz2'])
})

it('is told by its contents, whatever the file is called, and read as the preview says', async () => {
  await writeFile(at('other.txt'), CARDS)
  expect(await previewTable(PathToRead.parse(at('other.txt')), {}, 'ja')).toMatchObject({
    format: 'cards',
    options: { encoding: 'utf-8' },
    columns: [
      { name: 'instruction', role: 'prompt' },
      { name: 'output', role: 'answer' },
    ],
    rows: [
      ['質問', '回答'],
      ['007', null],
    ],
  })
})

it('becomes a dataset and is written again', async () => {
  const { id } = await service.import({ file: PathToRead.parse(at('in.cards')) })
  const target = PathToWrite.parse(at('out.cards'))
  expect(await service.export({ id, target, format: 'cards', byteOrderMark: true })).toEqual({
    file: target,
    rowCount: 2,
  })
  expect(await readFile(target, 'utf8')).toBe(CARDS)
  await expect(service.export({ id, target, format: 'nothing', byteOrderMark: true })).rejects.toMatchObject({
    error: { code: 'setting/choice', facts: { found: 'nothing' } },
  })
})

it('is found in a ZIP file, and among the files of the Hub', async () => {
  await writeFile(at('in.zip'), zipOf({ name: 'readme.md', contents: '#' }, { name: 'a.cards', contents: CARDS }))
  expect(await previewTable(PathToRead.parse(at('in.zip')), {}, 'ja')).toMatchObject({
    format: 'cards',
    entries: ['a.cards'],
  })
  expect(['data/a.cards', 'data/a.cards.gz', 'data/a.card'].map((path) => isTable(path, mayHoldTable))).toEqual([
    true,
    true,
    false,
  ])
})

it('is converted from and to by the command line, which names it', async () => {
  const unused = () => {
    throw new Error('a data command needs no engine and no server')
  }
  const host = {
    version: '0',
    resourcesFolder: '',
    spawnEngine: unused,
    spawnReader: unused,
    spawnLlamaCpp: unused,
    serve: unused,
  }
  const complained = vi.spyOn(console, 'error').mockReturnValue()
  vi.spyOn(console, 'log').mockReturnValue()
  const convert = (from: string, to: string) => main(['data', 'convert', at(from), at(to)], host)
  expect([await convert('in.cards', 'there.csv'), await convert('there.csv', 'back.cards')]).toEqual([0, 0])
  expect(await readFile(at('back.cards'), 'utf8')).toBe(CARDS)
  expect(usage()).toMatch(/[（(]csv.*, cards[）)]/)
  expect(await convert('in.cards', 'out.unknown')).toBe(1)
  expect(String(complained.mock.calls[0]?.[0])).toMatch(/ndjson, cards/)
})
