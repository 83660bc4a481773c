import { execFileSync, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UserError } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { createDatasetService } from './service.ts'

const root = join(import.meta.dirname, '..', '..')
let programs: string
let folder: string

/** A small disk of its own needs the right to mount one. */
const canMount =
  process.platform === 'linux' &&
  spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs $d && umount $d && rmdir $d']).status === 0

beforeAll(async () => {
  programs = await mkdtemp(join(root, 'node_modules', '.terakoya-test-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: join(import.meta.dirname, 'testing', 'full-disk.ts'),
      outDir: programs,
      rolldownOptions: { external: ['@duckdb/node-api'], output: { entryFileNames: 'full-disk.js' } },
    },
  })
}, 120_000)
afterAll(() => rm(programs, { recursive: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-full-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe.skipIf(!canMount)('a full disk', () => {
  const disk = () => join(folder, 'disk')
  beforeEach(async () => {
    await mkdir(disk())
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk()])
  })
  afterEach(() => execFileSync('umount', ['-l', disk()]))

  it.each(['rows', 'columns'])(
    'while %s are added is said as such, loses nothing that was acknowledged, and the dataset works again once there is room',
    async (kind) => {
      const child = fork(join(programs, 'full-disk.js'), [disk(), kind])
      const [{ code, done }] = (await once(child, 'message')) as [{ code: string; done: number }]
      expect(code).toBe('disk-full')
      execFileSync('mount', ['-o', 'remount,size=60m', disk()])
      child.send('go')
      expect((await once(child, 'message'))[0]).toEqual({
        version: done,
        rows: 1,
        first: kind === 'rows' ? ['works', 'again'] : (expect.arrayContaining(['works', 'again']) as unknown),
      })
      await once(child, 'exit')
    },
    120_000,
  )
})

describe('a disk that refuses everything, also the removal of what was begun', () => {
  it('is said to be unwritable by calls that make datasets of others', async () => {
    const datasets = join(folder, 'datasets')
    await mkdir(datasets)
    const service = createDatasetService({
      folder: datasets,
      trashFolder: join(folder, 'trash'),
      templatesFolder: join(root, 'resources', 'tutorial'),
      emit: () => undefined,
    })
    const { id } = await service.create({ from: 'sample' })
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: unknown) => (error as UserError).error?.code,
      )
    const giveBack = useDisk(faultyDisk({ fault: { at: 1, kind: 'EIO', forGood: true } }))
    try {
      expect(await codeOf(service.sample({ id, rows: 3, seed: 1 }))).toBe('library/unwritable')
      expect(
        await codeOf(
          service.split({
            id,
            by: {
              kind: 'share',
              parts: [
                { name: 'a', share: 0.5 },
                { name: 'b', share: 0.5 },
              ],
              seed: 1,
            },
          }),
        ),
      ).toBe('library/unwritable')
    } finally {
      giveBack()
    }
    await service.close()
  })
})

describe('a library that is moved away', () => {
  it('is said to be gone, and goes on with everything once it is back', async () => {
    const datasets = join(folder, 'library', 'datasets')
    await mkdir(datasets, { recursive: true })
    const service = createDatasetService({
      folder: datasets,
      trashFolder: join(folder, 'library', 'trash'),
      templatesFolder: join(root, 'resources', 'tutorial'),
      emit: () => undefined,
    })
    const info = await service.create({ from: 'sample' })
    const { id } = info
    const insert = () => service.edit({ id, edits: [{ kind: 'insertRows', at: 0, rows: [['q', 'a']] }] })
    await insert()
    const codeOf = async (work: Promise<unknown>) =>
      (
        (await work.then(
          () => null,
          (error: unknown) => error,
        )) as UserError | null
      )?.error?.code
    await rename(join(folder, 'library'), join(folder, 'away'))
    for (const call of [
      insert,
      () => service.list({}),
      () => service.page({ id, offset: 0, limit: 1 }),
      () => service.remove({ id }),
      () => service.create({ from: 'empty' }),
    ])
      expect(await codeOf(call())).toBe('library/gone')
    await rename(join(folder, 'away'), join(folder, 'library'))
    expect((await service.list({})).map(({ rowCount, problem }) => ({ rowCount, problem }))).toEqual([
      { rowCount: 12, problem: undefined },
    ])
    expect((await insert()).rowCount).toBe(13)
    await service.close()
    expect((await readdir(datasets)).filter((name) => name.startsWith(id))).toEqual([`${id}.duckdb`])
  })
})
