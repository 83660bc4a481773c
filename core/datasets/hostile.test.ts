import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { utils, write } from 'xlsx'
import { CLIP_CHARACTERS, PathToRead, type DatasetInfo, type ImportId, type ImportProgress } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'
import { zipOf } from './testing/zip-file.ts'

const root = join(import.meta.dirname, '..', '..')
let programs: string
let folder: string
let library: string
let service: DatasetService
let open: DatasetInfo
const progress: ImportProgress[] = []
let onProgress: (state: ImportProgress) => void

const openService = () =>
  createDatasetService({
    folder: library,
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(root, 'resources', 'tutorial'),
    emit: (name, payload) => {
      if (name !== 'datasets.importProgress') return
      progress.push(payload as ImportProgress)
      onProgress(payload as ImportProgress)
    },
  })

beforeAll(async () => {
  // Inside the project, so that the packages with native parts are found.
  programs = await mkdtemp(join(root, 'node_modules', '.terakoya-test-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: join(import.meta.dirname, 'testing', 'killed.ts'),
      outDir: programs,
      rolldownOptions: { external: ['@duckdb/node-api'], output: { entryFileNames: 'killed.js' } },
    },
  })
}, 120_000)
afterAll(() => rm(programs, { recursive: true }))

beforeEach(async () => {
  folder = await mkdtemp(join(programs, 'library-'))
  library = join(folder, 'datasets')
  await mkdir(library)
  service = openService()
  open = await service.create({ from: 'sample' })
  progress.length = 0
  onProgress = () => undefined
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

async function put(name: string, contents: string | Uint8Array): Promise<PathToRead> {
  await writeFile(join(folder, name), contents)
  return PathToRead.parse(join(folder, name))
}

/** The rows of the dataset that was there before, and that there is no other one, nor anything half-written. */
async function expectUntouched(): Promise<void> {
  expect((await service.list({})).map(({ id, rowCount }) => ({ id, rowCount }))).toEqual([
    { id: open.id, rowCount: open.rowCount },
  ])
  expect(
    (await readdir(library)).filter((name) => !name.startsWith(`${open.id}.duckdb`) && !name.startsWith('.')),
  ).toEqual([])
  expect(await readdir(join(library, '.work'))).toEqual([])
}

async function expectRefused(file: PathToRead, code: string, facts: object = {}): Promise<void> {
  await expect(service.import({ file })).rejects.toMatchObject({ error: { code, facts } })
  await expect(service.appendFile({ id: open.id, file })).rejects.toMatchObject({ error: { code } })
  await expectUntouched()
}

const workbook = (rows: readonly (readonly string[])[]): Uint8Array => {
  const book = utils.book_new()
  utils.book_append_sheet(book, utils.aoa_to_sheet(rows as string[][]), 'data')
  return write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Uint8Array
}

describe('ZIP files', () => {
  it('that say to hold 10 GB', () => expectTooLarge({ claimed: 0xffffffff }))
  it('that say to hold just more than fits', () => expectTooLarge({ claimed: 2 ** 30 + 1 }))

  async function expectTooLarge({ claimed }: { readonly claimed: number }): Promise<void> {
    await expectRefused(
      await put('great.zip', zipOf({ name: 'a.csv', contents: 'q,a\n1,2\n', claimed })),
      'dataset/zip-too-large',
      { file: 'great.zip', entry: 'a.csv', limit: 1 },
    )
  }

  it('that grow to more than they say', async () => {
    await expectRefused(
      await put('bomb.zip', zipOf({ name: 'a.csv', contents: Buffer.alloc(2 ** 27), claimed: 1000 })),
      'dataset/zip-damaged',
      { entry: 'a.csv' },
    )
  })

  it('of ZIP files', async () => {
    let nested = zipOf({ name: 'a.csv', contents: 'q,a\n1,2\n' })
    for (let depth = 0; depth < 20; depth++) nested = zipOf({ name: 'a.zip', contents: nested })
    await expectRefused(await put('nested.zip', nested), 'dataset/zip-no-table')
  })
})

describe('workbooks', () => {
  it('that are cut off', async () => {
    const bytes = workbook(Array.from({ length: 2000 }, (_, row) => [`質問 ${row}`, `回答 ${row}`]))
    await expectRefused(await put('cut.xlsx', bytes.subarray(0, bytes.length / 2)), 'dataset/zip-broken')
  })

  it.each(['xl/worksheets/sheet1.xml', 'xl/sharedStrings.xml'])('whose %s grows to more than it says', async (name) => {
    const parts = ['[Content_Types].xml', 'xl/workbook.xml', name].map((part) => ({
      name: part,
      contents: Buffer.alloc(part === name ? 2 ** 26 : 10, ' '),
      ...(part === name && { claimed: 100 }),
    }))
    await expectRefused(await put('bomb.xlsx', zipOf(...parts)), 'dataset/workbook-damaged')
  })

  it('whose parts say to be greater than the memory', async () => {
    const parts = ['[Content_Types].xml', 'xl/workbook.xml', 'xl/sharedStrings.xml'].map((name) => ({
      name,
      contents: '',
      claimed: 2 ** 31,
    }))
    await expectRefused(await put('great.xlsx', zipOf(...parts)), 'dataset/zip-too-large', { entry: 'xl/workbook.xml' })
  })
})

describe('a million columns', () => {
  const wide = Array.from({ length: 1e6 }, (_, index) => `c${index}`)
  const tooMany = { limit: 1000 }

  it('in the header of a CSV', async () =>
    expectRefused(await put('wide.csv', wide.join(',')), 'dataset/too-many-columns', { ...tooMany, found: 1e6 }))
  it('in a row below', async () =>
    expectRefused(await put('row.csv', `q,a\n1,2\n${wide.join(',')}\n`), 'dataset/too-many-columns', tooMany))
  it('in a JSON object', async () =>
    expectRefused(
      await put(
        'wide.jsonl',
        `{"q":"1","a":"2"}\n${JSON.stringify(Object.fromEntries(wide.map((name) => [name, '1'])))}\n`,
      ),
      'dataset/too-many-columns',
      tooMany,
    ))
  it('in many JSON objects', async () =>
    expectRefused(
      await put('keys.jsonl', wide.map((name) => `{"${name}":"1"}`).join('\n')),
      'dataset/too-many-columns',
      tooMany,
    ))
  it('are more than a workbook has', async () =>
    expectRefused(
      await put('wide.xlsx', workbook([wide.slice(0, 16_384), wide.slice(0, 16_384)])),
      'dataset/too-many-columns',
      tooMany,
    ))
})

describe('contents', () => {
  it('with NUL bytes keep them, and nothing but NUL bytes is no table', async () => {
    const { id } = await service.import({ file: await put('nul.csv', `q,a\n${'1,2\n'.repeat(300_000)}あ\0い,\0\n`) })
    expect((await service.range({ id, fromRow: 300_000, toRow: 300_000, fromColumn: 0, toColumn: 1 }))[0]).toEqual([
      'あ\0い',
      '\0',
    ])
    await service.remove({ id })
    await expectRefused(await put('zeros.csv', Buffer.alloc(1 << 20)), 'dataset/no-text')
  })

  it('with a cell of 100 MB are read, and shown clipped', async () => {
    const characters = 1e8
    const { id, rowCount } = await service.import({
      file: await put('long.csv', `q,a\n1,"${'x'.repeat(characters)}"\n2,b\n`),
    })
    expect(rowCount).toBe(2)
    const { rows } = await service.page({ id, offset: 0, limit: 10 })
    expect(rows.map(({ cells }) => cells[1]?.length)).toEqual([CLIP_CHARACTERS, 1])
    expect(rows[0]?.clipped).toEqual([1])
    await service.remove({ id })
    await expectUntouched()
  })

  it('with a quote that never closes name the line', async () => {
    await expectRefused(await put('quote.csv', `q,a\n1,2\n3,"${'x\n'.repeat(1e6)}`), 'dataset/quote-open', { line: 3 })
  })

  it('of another kind than the ending says are read as what they are, or named', async () => {
    const { rowCount } = await service.import({
      file: await put(
        'really.csv',
        workbook([
          ['q', 'a'],
          ['1', '2'],
        ]),
      ),
    })
    expect(rowCount).toBe(1)
    expect((await service.import({ file: await put('really.xlsx', 'q,a\n1,2\n3,4\n') })).rowCount).toBe(2)
    await expect(
      service.import({
        file: await put('picture.csv', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])),
      }),
    ).rejects.toMatchObject({ error: { code: 'dataset/not-a-table', facts: { found: 'PNG' } } })
  })
})

/** A CSV that takes seconds to import. */
async function largeFile(rows = 600_000): Promise<PathToRead> {
  const file = join(folder, 'large.csv')
  const stream = createWriteStream(file)
  stream.write('instruction,output\n')
  const block = Array.from(
    { length: 1000 },
    (_, row) => `${row} 番の質問です。手順を教えて。,${row} 番の回答です。設定を開きます。\n`,
  ).join('')
  for (let row = 0; row < rows; row += 1000) if (!stream.write(block)) await once(stream, 'drain')
  stream.end()
  await once(stream, 'finish')
  return PathToRead.parse(file)
}

describe('a long import', () => {
  const importId = 'first' as ImportId

  it('tells how far it is, and leaves nothing when it is cancelled', async () => {
    const file = await largeFile()
    onProgress = ({ rowCount }) => {
      if (rowCount > 0) void service.cancelImport({ importId })
    }
    await expect(service.import({ file, importId })).rejects.toMatchObject({
      error: { code: 'dataset/import-cancelled', facts: { file: 'large.csv' } },
    })
    expect(progress.at(-1)).toMatchObject({ importId })
    expect(progress.at(-1)!.share).toBeGreaterThan(0)
    await expectUntouched()
    await expect(service.appendFile({ id: open.id, file, importId })).rejects.toMatchObject({
      error: { code: 'dataset/import-cancelled' },
    })
    await expectUntouched()
  })

  it('leaves the rest of the library usable meanwhile', async () => {
    const importing = service.import({ file: await largeFile(200_000), importId })
    const page = await service.page({ id: open.id, offset: 0, limit: 5 })
    expect(page.rows).toHaveLength(5)
    expect((await importing).rowCount).toBe(200_000)
  })

  it('that ends with the studio leaves nothing, and what an older one left goes with the next', async () => {
    const importing = service.import({ file: await largeFile(), importId })
    const started = new Promise<null>((resolve) => {
      onProgress = ({ rowCount }) => {
        if (rowCount > 0) resolve(null)
      }
    })
    await started
    const refused = expect(importing).rejects.toMatchObject({ error: { code: 'dataset/import-cancelled' } })
    await service.close()
    await refused
    service = openService()
    await expectUntouched()
  })
})

describe('a killed studio', () => {
  const started = (child: ChildProcess): Promise<string> => once(child.stdout!, 'data').then(([chunk]) => String(chunk))
  const run = (...args: string[]) =>
    fork(join(programs, 'killed.js'), args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const killed = async (child: ChildProcess) => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  it('loses the import, and nothing else; what it left is cleared away', async () => {
    const child = run('import', library, await largeFile())
    expect(await started(child)).toContain('importing')
    await killed(child)
    expect((await service.list({})).map(({ id }) => id)).toEqual([open.id])
    expect((await readdir(join(library, '.work'))).length).toBeGreaterThan(0)
    await service.sweep()
    await expectUntouched()
  })

  it('loses at most the edit in flight', async () => {
    await service.close()
    const child = run('edit', library, open.id)
    let said = ''
    child.stdout!.on('data', (chunk) => {
      said += String(chunk)
    })
    while (Number(said.split('\n').at(-2) ?? 0) < 20) await once(child.stdout!, 'data')
    await killed(child)
    const last = Number(said.split('\n').at(-2))
    service = openService()
    const [[cell]] = (await service.range({ id: open.id, fromRow: 0, toRow: 0, fromColumn: 0, toColumn: 0 })) as [
      [string],
    ]
    expect([last, last + 1]).toContain(Number(cell))
    await service.undo({ id: open.id })
    expect(
      Number((await service.range({ id: open.id, fromRow: 0, toRow: 0, fromColumn: 0, toColumn: 0 }))[0]![0]),
    ).toBe(Number(cell) - 1)
  })
})
