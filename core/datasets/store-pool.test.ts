import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PathToRead, type DatasetId, type DatasetInfo } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'
import { StorePool } from './store-pool.ts'
import { DatasetStore } from './store.ts'
import { Summaries } from './summaries.ts'

const templatesFolder = join(import.meta.dirname, '..', '..', 'resources', 'tutorial')
let folder: string
let service: DatasetService
const serve = () =>
  createDatasetService({ folder, trashFolder: join(folder, 'trash'), templatesFolder, emit: () => undefined })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-pool-'))
  service = serve()
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

/** Descriptors of this process on datasets of the folder. The list beside them is written now and then. */
async function openFiles(): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return links.filter((link) => link.startsWith(folder) && /\.duckdb(\.wal)?$/.test(link)).length
}
const made = async (count: number): Promise<DatasetInfo[]> => {
  const infos: DatasetInfo[] = []
  for (let index = 0; index < count; index++) infos.push(await service.create({ from: 'sample' }))
  return infos
}

describe.runIf(process.platform === 'linux')('open datasets', () => {
  it('are bounded, whatever is asked at once, and each keeps what was written', async () => {
    const infos = await made(9)
    await Promise.all(
      infos.flatMap(({ id }) =>
        [0, 1].map(() => service.edit({ id, edits: [{ kind: 'insertRows', at: 0, rows: [['q', 'a']] }] })),
      ),
    )
    expect(await openFiles()).toBeLessThanOrEqual(6 * 2)
    expect((await service.list({})).map(({ rowCount }) => rowCount)).toEqual(infos.map(() => 13))
  })

  it('are none after the list was read anew', async () => {
    const infos = await made(3)
    await service.close()
    await rm(join(folder, '.index.json'))
    service = serve()
    expect((await service.list({})).map(({ id }) => id).sort()).toEqual(infos.map(({ id }) => id).sort())
    expect(await openFiles()).toBe(0)
  })

  it('are closed when they are idle, never while they are used', async () => {
    const infos = await made(2)
    await service.close()
    const pool = new StorePool({ open: (id) => DatasetStore.open(join(folder, `${id}.duckdb`)) })
    await pool.use(infos[0]!.id, (store) => store.meta())
    await pool.use(infos[1]!.id, async (store) => {
      await pool.closeIdle(Infinity)
      expect(pool.openIds).toEqual([infos[1]!.id])
      expect((await store.meta()).name).toBe('サンプル 2')
    })
    await pool.closeAll()
    expect(await openFiles()).toBe(0)
  })

  it('are none, and no further one, once the library was handed over', async () => {
    const [one, other] = await made(2)
    await service.close()
    const pool = new StorePool({ open: (id) => DatasetStore.open(join(folder, `${id}.duckdb`)) })
    let goOn = (): void => undefined
    const isHeld = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const underWay = pool.use(one!.id, async (store) => {
      await isHeld
      return (await store.meta()).name
    })
    const askedBefore = pool.use(one!.id, (store) => store.rowCount())
    const closing = pool.closeAll()
    const asked = [
      pool.use(one!.id, (store) => store.meta()),
      pool.use(other!.id, (store) => store.meta()),
      pool.whileClosed(other!.id, async () => undefined),
    ]
    for (const call of asked) await expect(call).rejects.toMatchObject({ error: { code: 'library/closed' } })
    goOn()
    expect(await Promise.all([underWay, askedBefore, closing])).toEqual(['サンプル', 11, undefined])
    expect([pool.openIds, await openFiles()]).toEqual([[], 0])
  })

  it('are not opened by what still reads when the library is handed over', async () => {
    const [info] = await made(1)
    const rows = Array.from({ length: 12_000 }, (_, row) => [`q${row}`, `a${row}`])
    await service.edit({ id: info!.id, edits: [{ kind: 'insertRows', at: 0, rows }] })
    const reading = service.statistics({ id: info!.id })
    const refused = expect(reading).rejects.toMatchObject({ error: { code: 'library/closed' } })
    await service.close()
    await refused
    await rm(join(folder, '.index.json'))
    service = serve()
    await service.close()
    await expect(service.list({})).rejects.toMatchObject({ error: { code: 'library/closed' } })
    expect(await openFiles()).toBe(0)
  })

  it('leave no descriptor where they, previews or imports fail', async () => {
    const bad = {
      'a.duckdb': 'nothing',
      'a.parquet': 'PAR1 nothing PAR1',
      'a.zip': 'PK\u0003\u0004',
      'a.xlsx': 'PK\u0003\u0004',
      'a.csv': 'q,a\n"open',
      'a.json': '[{"a":',
      'a.arrow': 'ARROW1\0\0nothing',
    }
    for (const [name, contents] of Object.entries(bad)) await writeFile(join(folder, name), contents)
    const before = await readdir('/proc/self/fd')
    for (let round = 0; round < 5; round++)
      for (const name of Object.keys(bad)) {
        await service.preview({ file: PathToRead.parse(join(folder, name)) }).catch(() => undefined)
        await service.import({ file: PathToRead.parse(join(folder, name)) }).catch(() => undefined)
        await service.open({ id: 'a' as DatasetId }).catch(() => undefined)
      }
    await service.close()
    expect(await openFiles()).toBe(0)
    expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before.length + 3)
  })
})

describe('the list', () => {
  it('tells what changed since the index was written, also by a process that was killed', async () => {
    const [info] = await made(1)
    await service.close()
    const other = serve()
    await other.edit({ id: info!.id, edits: [{ kind: 'insertRows', at: 0, rows: [['q', 'a']] }] })
    const unaware = serve()
    await other.close()
    expect((await unaware.list({}))[0]?.rowCount).toBe(12)
    await writeFile(join(folder, '.index.json'), '{ damaged')
    service = serve()
    expect((await service.list({}))[0]?.rowCount).toBe(12)
    await unaware.close()
  })
  it('is not written any more once the library was handed over', async () => {
    const [info] = await made(1)
    await service.close()
    const before = await readFile(join(folder, '.index.json'), 'utf8')
    const summaries = new Summaries(folder, true)
    await summaries.close()
    await summaries.put({ ...info!, name: 'late' })
    await summaries.flush()
    expect(await readFile(join(folder, '.index.json'), 'utf8')).toBe(before)
  })

  it.skipIf(process.platform === 'win32')('is there where its index is a pipe', async () => {
    const [info] = await made(1)
    await service.close()
    await rm(join(folder, '.index.json'))
    execFileSync('mkfifo', [join(folder, '.index.json')])
    service = serve()
    expect((await service.list({})).map(({ id }) => id)).toEqual([info!.id])
  })
})
