import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GpuPackProgress } from '../contract/index.ts'
import { findLibrary } from '../runtime/library.ts'
import { packPlatform, RUNTIME_VERSION } from './components.ts'
import { installedPack, readInstalled } from './installed.ts'
import { createGpuPackService, type GpuPackService } from './service.ts'
import { startPackServer, type PackServer } from './testing/pack-server.ts'

let home: string
let server: PackServer
let service: GpuPackService
let environment: NodeJS.ProcessEnv
let told: GpuPackProgress[]
let changes: number
let saved: string | null

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'terakoya-pack-'))
  server = await startPackServer()
  await mkdir(join(home, 'shipped'))
  await writeFile(join(home, 'shipped', 'libonnxruntime.so.1'), 'runtime')
  environment = { TERAKOYA_GPU_PACK_SOURCE: server.url, LD_LIBRARY_PATH: join(home, 'system') }
  ;[told, changes, saved] = [[], 0, null]
  service = open()
})
afterEach(async () => {
  await service.close()
  await server.close()
  await rm(home, { recursive: true })
})

const open = (more: Partial<Parameters<typeof createGpuPackService>[0]> = {}) => createGpuPackService({
  preferencesFile: join(home, 'preferences.json'), folder: null, environment, platform: server.platform, library: join(home, 'shipped', 'libonnxruntime.so.1'),
  saveFolder: async (folder) => { saved = folder }, onChange: () => changes++, emit: (_, progress) => { told.push(progress); listen(progress) }, ...more,
})
let listen: (progress: GpuPackProgress) => void = () => {}

/** Downloads and waits for the end. */
const download = () => new Promise<GpuPackProgress>((resolve) => {
  listen = (progress) => { if (['done', 'failed', 'cancelled'].includes(progress.state)) resolve(progress) }
  void service.download({})
})
const folder = () => join(home, 'gpu-pack')
const onDisk = async () => (await readdir(folder()).catch(() => [] as string[])).sort()

describe.skipIf(process.platform === 'win32')('the GPU pack', () => {
  it('tells how large it is, is brought, and is what ONNX Runtime is loaded from then', async () => {
    expect(await service.state({})).toEqual({ isSupported: true, folder: folder(), isInstalled: false, sizeBytes: 0, isBusy: false })
    const { parts, downloadBytes } = await service.plan({})
    expect(parts.map(({ name }) => name)).toEqual(['ONNX Runtime CUDA', 'test_first', 'test_second'])
    expect(downloadBytes).toBe(parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
    expect(await download()).toMatchObject({ state: 'done', receivedBytes: downloadBytes, totalBytes: downloadBytes })
    expect(new Set(told.map(({ state }) => state))).toEqual(new Set(['downloading', 'checking', 'unpacking', 'done']))
    expect(changes).toBe(1)
    expect(await onDisk()).toEqual([RUNTIME_VERSION])
    const pack = readInstalled(folder())!
    expect(pack.preload.map((file) => basename(file))).toEqual(['libterakoya-first.so.13', 'libterakoya-secondLt.so.13', 'libterakoya-second.so.13'])
    expect(pack.preload.map((file) => readFileSync(file, 'utf8'))).toEqual(['first', 'second lt', 'second'])
    expect(existsSync(join(pack.library, '..', 'libterakoya_provider_cuda.so'))).toBe(true)
    expect(findLibrary(environment)).toBe(pack.library)
    expect(await service.state({})).toMatchObject({ isInstalled: true, sizeBytes: pack.sizeBytes })
    await service.remove({})
    expect([await onDisk(), installedPack(environment), changes]).toEqual([[], null, 2])
  })

  it('goes on where the connection broke off', async () => {
    server.misbehave({ hold: 8000 })
    const end = download()
    await expect.poll(() => told.some(({ receivedBytes }) => receivedBytes >= 8000)).toBe(true)
    server.misbehave(null)
    server.cut()
    expect((await end).state).toBe('done')
    const [tgz] = server.asked.filter((path) => path.endsWith('.tgz'))
    expect(server.asked).toContain(`${tgz} from 8000`)
  })

  it('does not take what has other contents', async () => {
    server.misbehave({ damage: true })
    expect(await download()).toMatchObject({ state: 'failed', error: { code: 'hub/checksum' } })
    expect([readInstalled(folder()), changes]).toEqual([null, 0])
  })

  it('is cancelled at once, and finished later', async () => {
    server.misbehave({ hold: 300 })
    const end = download()
    await expect.poll(() => told.some(({ receivedBytes }) => receivedBytes >= 300)).toBe(true)
    expect(await service.state({})).toMatchObject({ isBusy: true })
    await service.cancel({})
    expect((await end).state).toBe('cancelled')
    server.misbehave(null)
    expect((await download()).state).toBe('done')
  })

  it('is not taken for whole where it was killed half-way', async () => {
    await mkdir(join(folder(), 'unpacked'), { recursive: true })
    await writeFile(join(folder(), 'unpacked', 'libterakoya_provider_cuda.so'), 'half')
    expect(await service.state({})).toMatchObject({ isInstalled: false })
    expect((await download()).state).toBe('done')
    await rm(readInstalled(folder())!.preload[1]!)
    expect(await service.state({})).toMatchObject({ isInstalled: false })
  })

  it('leaves to the system what that has', async () => {
    await mkdir(join(home, 'system'))
    for (const name of ['libterakoya-second.so.13', 'libterakoya-secondLt.so.13']) await writeFile(join(home, 'system', name), 'the system\'s')
    expect((await service.plan({})).parts).toContainEqual({ name: 'test_second', sizeBytes: 0, foundAt: join(home, 'system', 'libterakoya-secondLt.so.13') })
    expect((await download()).state).toBe('done')
    expect(server.asked.some((path) => path.includes('test_second'))).toBe(false)
    expect(readInstalled(folder())!.preload.slice(1)).toEqual([join(home, 'system', 'libterakoya-secondLt.so.13'), join(home, 'system', 'libterakoya-second.so.13')])
  })

  it('lies where the user wants it, and touches nothing else there', async () => {
    const wanted = join(home, 'disk')
    await service.setFolder({ folder: wanted })
    expect(saved).toBe(join(wanted, 'terakoya-gpu-pack'))
    await writeFile(join(saved!, 'mine.txt'), 'mine')
    expect((await download()).state).toBe('done')
    expect(installedPack(environment)?.library.startsWith(saved!)).toBe(true)
    await service.remove({})
    expect(await readdir(saved!)).toEqual(['mine.txt'])
  })

  it('says what is wrong with its source', async () => {
    const [first] = server.platform.libraries
    await service.close()
    service = open({ platform: { ...server.platform, libraries: [{ ...first!, component: 'no_such' }] } })
    expect(await download()).toMatchObject({ error: { code: 'gpu-pack/source', facts: { found: 'no_such' } } })
    await service.close()
    service = open({ platform: { ...server.platform, libraries: [{ ...first!, files: ['libterakoya-other.so'] }] } })
    expect(await download()).toMatchObject({ error: { code: 'gpu-pack/archive', facts: { file: 'test_first.tar.xz', missing: 'libterakoya-other.so' } } })
    expect((await readdir(folder())).includes(RUNTIME_VERSION)).toBe(false)
    await service.close()
    service = open({ platform: { ...server.platform, provider: { ...server.platform.provider, name: 'elsewhere' } } })
    expect(await download()).toMatchObject({ error: { code: 'gpu-pack/source' } })
    await service.close()
    service = open({ platform: null })
    expect(await download()).toMatchObject({ error: { code: 'gpu-pack/unsupported' } })
  })
})

it('is for the version of ONNX Runtime that the studio has', () => {
  const pinned = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  expect(pinned.dependencies['onnxruntime-node']).toBe(RUNTIME_VERSION)
  if (process.platform === 'linux' && process.arch === 'x64') expect(packPlatform()?.libraries.flatMap(({ files }) => files)).toContain('libcublas.so.13')
})
