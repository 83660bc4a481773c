import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromArrays, tableToIPC } from '@uwdata/flechette'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PathToRead, UserError } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'

/** Each kind of file is damaged in so many places. */
const PLACES = Number(process.env.DAMAGED_PLACES ?? 12)

let folder: string
let service: DatasetService
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-damaged-'))
  service = createDatasetService({
    folder: join(folder, 'library'),
    trashFolder: join(folder, 'trash'),
    templatesFolder: folder,
    emit: () => undefined,
  })
  await mkdir(join(folder, 'library'))
  await service.sweep()
})
afterAll(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'read',
    (error: unknown) => (error instanceof UserError ? error.error.code : `internal: ${String(error)}`),
  )

/** What previewing and importing a file says. */
async function codesOf(file: PathToRead): Promise<readonly [preview: string, imported: string]> {
  const preview = await codeOf(service.preview({ file }))
  const imported = await codeOf(service.import({ file }).then(({ id }) => service.remove({ id })))
  return [preview, imported]
}

/** Numbers that look random, the same in every run (a linear congruential generator). */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

function damaged(bytes: Uint8Array, seed: number): Buffer {
  const random = numbers(seed)
  const spoilt = Buffer.from(bytes)
  // The mark at the beginning stays: without it the file is of no kind.
  const at = 8 + (random.next().value % (spoilt.length - 12))
  if (seed % 3 === 0) spoilt.fill(random.next().value % 256, at, at + 200)
  else spoilt[at] = random.next().value % 256
  return spoilt
}

const rows = Array.from({ length: 2000 }, (_, row) => ({
  prompt: `質問 ${row}: ${'手順'.repeat(row % 7)}`,
  answer: `回答 ${(row * 7919) % 10_007}`,
  number: row,
}))

async function parquetOf(codec: string): Promise<Buffer> {
  const file = join(folder, `good-${codec}.parquet`)
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(
    `COPY (SELECT '質問 ' || range AS prompt, md5(range::VARCHAR) AS answer, range AS number, [range, 1] AS list FROM range(3000)) TO '${file}' (FORMAT parquet, CODEC '${codec}', ROW_GROUP_SIZE 2048)`,
  )
  connection.closeSync()
  return readFile(file)
}

describe('a damaged file', () => {
  it.each(['zstd', 'snappy', 'gzip', 'lz4_raw', 'uncompressed'])(
    'of Parquet (%s) is named, wherever the damage lies',
    async (codec) => {
      expect(await expectNamed('damaged.parquet', await parquetOf(codec), 'dataset/parquet-damaged')).toContain(
        'dataset/parquet-damaged',
      )
    },
    300_000,
  )

  it('of Arrow is named, wherever the damage lies', async () => {
    const table = tableFromArrays({
      prompt: rows.map(({ prompt }) => prompt),
      answer: rows.map(({ answer }) => answer),
      number: rows.map(({ number }) => number),
    })
    await expectNamed('damaged.arrow', tableToIPC(table, { format: 'file' }) as Uint8Array, 'dataset/arrow-damaged')
  }, 300_000)

  async function expectNamed(name: string, good: Uint8Array, code: string): Promise<Set<string>> {
    const file = PathToRead.parse(join(folder, name))
    const said = new Set<string>()
    for (let seed = 1; seed <= PLACES; seed++) {
      await writeFile(file, damaged(good, seed))
      for (const one of await codesOf(file)) said.add(one === 'read' || one === code ? one : `${one} (seed ${seed})`)
    }
    expect([...said].filter((one) => one !== 'read' && one !== code)).toEqual([])
    return said
  }
})

describe.skipIf(process.platform === 'win32')('in the place of a file', () => {
  it.each([
    ['a pipe', 'pipe.csv', (path: string) => Promise.resolve(execFileSync('mkfifo', [path]))],
    ['a pipe called ZIP', 'pipe.zip', (path: string) => Promise.resolve(execFileSync('mkfifo', [path]))],
    ['a device without end', 'zero.csv', (path: string) => symlink('/dev/zero', path)],
    ['a device called Parquet', 'full.parquet', (path: string) => symlink('/dev/full', path)],
    ['a folder', 'folder.jsonl', (path: string) => symlink(tmpdir(), path)],
    ['a link to itself', 'loop.csv', (path: string) => symlink(path, path)],
  ])('%s is not read', async (_, name, put) => {
    const file = PathToRead.parse(join(folder, name))
    await put(file)
    for (const ask of [service.preview, service.import])
      await expect(ask({ file })).rejects.toMatchObject({ error: { code: 'file/not-regular', facts: { file: name } } })
  })
})
