import { existsSync, readFileSync } from 'node:fs'
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderPath, type GpuPackProgress } from '../contract/index.ts'
import { trustRecord } from './trust.ts'
import { findLibrary, installedPack } from '../runtime/library.ts'
import { packPlatform, RUNTIME_VERSION } from './components.ts'
import { changedCopy, changedFile, changedFileNow, installedFolder, type InstalledPack } from './installed.ts'
import { openFolderOn } from './ownership.ts'
import { createGpuPackService, type GpuPackService } from './service.ts'
import { startPackServer, type PackServer } from './testing/pack-server.ts'

let home: string
let server: PackServer
let service: GpuPackService
let environment: NodeJS.ProcessEnv
/** Where an engine looks instead. */
let moved: NodeJS.ProcessEnv
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
  moved = {}
  service = open()
})
afterEach(async () => {
  await service.close()
  await server.close()
  await rm(home, { recursive: true })
})

const open = (more: Partial<Parameters<typeof createGpuPackService>[0]> = {}) =>
  createGpuPackService({
    preferencesFile: join(home, 'preferences.json'),
    folder: null,
    environment,
    platform: server.platform,
    library: join(home, 'shipped', 'libonnxruntime.so.1'),
    saveFolder: async (folder) => {
      saved = folder
    },
    onChange: () => changes++,
    emit: (_, progress) => {
      told.push(progress)
      listen(progress)
    },
    ...more,
  })
let listen: (progress: GpuPackProgress) => void = () => {}

/** Downloads and waits for the end. */
const download = () =>
  new Promise<GpuPackProgress>((resolve) => {
    listen = (progress) => {
      if (['done', 'failed', 'cancelled'].includes(progress.state)) resolve(progress)
    }
    void service.download({})
  })
const folder = () => join(home, 'gpu-pack')
const shipped = () => join(home, 'shipped', 'libonnxruntime.so.1')
/** As the engine looks for it. */
const ofEngine = () => ({ ...environment, ...service.forEngine(), ...moved })
const look = () => installedPack(ofEngine(), { platform: server.platform, shippedLibrary: shipped() })
const found = (): InstalledPack => {
  const pack = look()
  if (!pack?.ok) throw new Error(JSON.stringify(pack))
  return pack.value
}
const loadedLibrary = () => findLibrary(ofEngine(), { platform: server.platform, shippedLibrary: shipped() })
const onDisk = async () => (await readdir(folder()).catch(() => [] as string[])).sort()

describe.skipIf(process.platform === 'win32')('the GPU pack', () => {
  it('tells how large it is, is brought, and is what ONNX Runtime is loaded from then', async () => {
    expect(await service.state({})).toEqual({
      isSupported: true,
      folder: folder(),
      isInstalled: false,
      sizeBytes: 0,
      isBusy: false,
    })
    const { parts, downloadBytes } = await service.plan({})
    expect(parts.map(({ name }) => name)).toEqual(['ONNX Runtime CUDA', 'test_first', 'test_second'])
    expect(downloadBytes).toBe(parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
    expect(await download()).toMatchObject({ state: 'done', receivedBytes: downloadBytes, totalBytes: downloadBytes })
    expect(new Set(told.map(({ state }) => state))).toEqual(new Set(['downloading', 'checking', 'unpacking', 'done']))
    expect(changes).toBe(1)
    expect(await onDisk()).toEqual([RUNTIME_VERSION])
    const pack = found()
    expect(pack.preload.map((file) => basename(file))).toEqual([
      'libterakoya-first.so.13',
      'libterakoya-secondLt.so.13',
      'libterakoya-second.so.13',
    ])
    expect(pack.preload.map((file) => readFileSync(file, 'utf8'))).toEqual(['first', 'second lt', 'second'])
    expect(existsSync(join(pack.library, '..', 'libterakoya_provider_cuda.so'))).toBe(true)
    expect(loadedLibrary()).toBe(pack.library)
    expect([await changedFile(pack), changedFileNow(pack), changedCopy(pack)]).toEqual([null, null, null])
    expect(await service.state({})).toMatchObject({ isInstalled: true, sizeBytes: pack.sizeBytes })
    await service.remove({})
    expect([await onDisk(), look(), loadedLibrary(), changes]).toEqual([[], null, shipped(), 2])
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
    expect([look(), changes]).toEqual([null, 0])
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
    await rm(found().preload[1]!)
    expect(await service.state({})).toMatchObject({ isInstalled: false })
  })

  it('leaves to the system what that has', async () => {
    await mkdir(join(home, 'system'))
    for (const name of ['libterakoya-second.so.13', 'libterakoya-secondLt.so.13'])
      await writeFile(join(home, 'system', name), "the system's")
    expect((await service.plan({})).parts).toContainEqual({
      name: 'test_second',
      sizeBytes: 0,
      foundAt: join(home, 'system', 'libterakoya-secondLt.so.13'),
    })
    expect((await download()).state).toBe('done')
    expect(server.asked.some((path) => path.includes('test_second'))).toBe(false)
    expect(found().preload.slice(1)).toEqual([
      join(home, 'system', 'libterakoya-secondLt.so.13'),
      join(home, 'system', 'libterakoya-second.so.13'),
    ])
  })

  it('lies where the user wants it, and touches nothing else there', async () => {
    const wanted = join(home, 'disk')
    await service.setFolder({ folder: FolderPath.parse(wanted) })
    expect(saved).toBe(join(wanted, 'terakoya-gpu-pack'))
    await writeFile(join(saved!, 'mine.txt'), 'mine')
    expect((await download()).state).toBe('done')
    expect(found().library.startsWith(saved!)).toBe(true)
    await service.remove({})
    expect(await readdir(saved!)).toEqual(['mine.txt'])
  })

  it('is not asked for while the user wants no connection', async () => {
    await service.close()
    let isOffline = true
    service = open({ isOffline: () => isOffline })
    expect(await download()).toMatchObject({ state: 'failed', error: { code: 'net/offline' } })
    isOffline = false
    await service.disconnect()
    expect(await download()).toMatchObject({ state: 'done' })
  })

  it('says what is wrong with its source', async () => {
    const [first] = server.platform.libraries
    await service.close()
    service = open({
      platform: {
        ...server.platform,
        libraries: [{ ...first!, archive: { ...first!.archive, path: 'no_such.tar.xz' } }],
      },
    })
    expect(await download()).toMatchObject({ error: { code: 'gpu-pack/source', facts: { found: 'not-found' } } })
    await service.close()
    service = open({ platform: { ...server.platform, libraries: [{ ...first!, files: ['libterakoya-other.so'] }] } })
    expect(await download()).toMatchObject({
      error: { code: 'gpu-pack/archive', facts: { file: 'test_first.tar.xz', missing: 'libterakoya-other.so' } },
    })
    expect((await readdir(folder())).includes(RUNTIME_VERSION)).toBe(false)
    await service.close()
    service = open({ platform: { ...server.platform, provider: { ...server.platform.provider, name: 'elsewhere' } } })
    expect(await download()).toMatchObject({ error: { code: 'gpu-pack/source' } })
    await service.close()
    service = open({ platform: null })
    expect(await download()).toMatchObject({ error: { code: 'gpu-pack/unsupported' } })
  })
})

describe.skipIf(process.platform === 'win32')('what is in the folder of the pack', () => {
  const place = (name = '') => join(installedFolder(folder()), name)
  const names = () => found().files.map(({ name }) => name)
  beforeEach(async () => {
    expect((await download()).state).toBe('done')
  })

  /** What the engine finds, before it loads anything. */
  async function verdict(): Promise<string | null> {
    const pack = look()
    if (!pack) return 'absent'
    if (!pack.ok) return `${pack.error.code} ${pack.error.facts['file']}`
    const changed = [
      changedCopy(pack.value) ?? (await changedFile(pack.value)),
      changedCopy(pack.value) ?? changedFileNow(pack.value),
    ]
    expect(changed[0]).toBe(changed[1])
    return changed[0] ? `gpu-pack/changed ${changed[0]}` : null
  }

  it('is not loaded where another account may exchange its files, and is made ours by bringing it again', async () => {
    expect((await stat(folder())).mode & 0o777).toBe(0o700)
    for (const open of [place(), folder()]) {
      const { mode } = await stat(open)
      await chmod(open, 0o777)
      expect([look(), loadedLibrary()]).toMatchObject([
        { ok: false, error: { code: 'gpu-pack/folder-open', facts: { folder: open } } },
        shipped(),
      ])
      await chmod(open, mode)
    }
    const [name] = names()
    await chmod(place(name), 0o666)
    expect(await verdict()).toBe(`gpu-pack/changed ${name}`)
    await chmod(folder(), 0o777)
    expect((await download()).state).toBe('done')
    expect(await verdict()).toBeNull()
  })

  it('is neither loaded nor brought below a folder in which another account may exchange it', async () => {
    await chmod(home, 0o777)
    const refused = { code: 'gpu-pack/folder-open', facts: { folder: home } }
    expect(look()).toMatchObject({ ok: false, error: refused })
    expect(await download()).toMatchObject({ state: 'failed', error: refused })
    await expect(service.setFolder({ folder: FolderPath.parse(join(home, 'new', 'deep')) })).rejects.toMatchObject({
      error: refused,
    })
    expect(existsSync(join(home, 'new'))).toBe(false)
    // A link may be exchanged as well.
    await mkdir(join(home, 'own'), { mode: 0o700 })
    await symlink(folder(), join(home, 'own', 'link'))
    expect(openFolderOn(join(home, 'own', 'link', 'x'))).toBe(home)
    // As /tmp: everybody may write, but nobody exchanges what is another's.
    await chmod(home, 0o1777)
    expect(await verdict()).toBeNull()
  })

  it('is listed to the last file', async () => {
    expect((await readdir(place())).sort()).toEqual([...names(), 'libonnxruntime.so.1'].sort())
    expect(await verdict()).toBeNull()
  })

  it.each([0, 1, 2, 3, 4])(
    'is not loaded where one bit of library %i is another, whenever it was changed',
    async (index) => {
      const name = names()[index]!
      const { mtime, atime } = await stat(place(name))
      const bytes = await readFile(place(name))
      bytes[bytes.length - 1]! ^= 1
      await writeFile(place(name), bytes)
      await utimes(place(name), atime, mtime)
      expect(await verdict()).toBe(`gpu-pack/changed ${name}`)
    },
  )

  it.each([0, 1, 2, 3, 4])(
    'is not loaded where library %i is cut short, longer, a link, a folder or gone',
    async (index) => {
      const name = names()[index]!
      const bytes = await readFile(place(name))
      const refused = `gpu-pack/changed ${name}`
      await truncate(place(name), bytes.length - 1)
      expect(await verdict()).toBe(refused)
      await writeFile(place(name), Buffer.concat([bytes, Buffer.from('x')]))
      expect(await verdict()).toBe(refused)
      await rm(place(name))
      expect(await verdict()).toBe(name === 'libterakoya-first.so.13' ? 'absent' : refused)
      await mkdir(place(name))
      expect(await verdict()).toBe(refused)
      await rm(place(name), { recursive: true })
      // The very same bytes, elsewhere: they could be exchanged at any time.
      await writeFile(join(home, 'elsewhere'), bytes)
      await symlink(join(home, 'elsewhere'), place(name))
      expect(await verdict()).toBe(refused)
    },
  )

  it('is not loaded where ONNX Runtime is not what comes with the studio; that one computes on', async () => {
    await writeFile(place('libonnxruntime.so.1'), 'RUNTIME')
    expect([await verdict(), loadedLibrary()]).toEqual(['gpu-pack/changed libonnxruntime.so.1', shipped()])
    await rm(place('libonnxruntime.so.1'))
    expect([await verdict(), loadedLibrary()]).toEqual(['gpu-pack/changed libonnxruntime.so.1', shipped()])
  })

  it.each(['libcudnn.so.9', 'libterakoya_provider_tensorrt.so', 'pack.json', '.hidden'])(
    'is not loaded with %s beside it, of which nobody knows',
    async (name) => {
      await writeFile(place(name), 'x')
      expect([await verdict(), loadedLibrary()]).toEqual([`gpu-pack/changed ${name}`, shipped()])
    },
  )

  it('is told by no list that lies in it: one with paths leads nowhere', async () => {
    const planted = join(home, 'evil.so')
    await writeFile(planted, 'evil')
    await rm(place(), { recursive: true })
    await mkdir(place(), { recursive: true })
    await writeFile(place('pack.json'), JSON.stringify({ library: '../../evil.so', preload: [planted], sizeBytes: 4 }))
    expect([(await verdict())?.split(' ')[0], loadedLibrary()]).toEqual(['gpu-pack/changed', shipped()])
    await rm(place('pack.json'))
    for (const { name } of server.platform.provider.files) await writeFile(place(name), 'evil')
    expect((await verdict())?.split(' ')[0]).toBe('gpu-pack/changed')
  })

  it('is nothing without the record of the account, or with one for other archives or of names that lead elsewhere', async () => {
    const record = service.forEngine()['TERAKOYA_GPU_PACK_TRUST']!
    expect(record.startsWith(join(home, 'gpu-pack-trust.json'))).toBe(true)
    const [second, first] = [server.platform.libraries[1]!, server.platform.libraries[0]!]
    const { archives: noted } = trustRecord.parse(await readFile(record, 'utf8'))
    const write = (value: string | typeof noted) =>
      typeof value === 'string' ? writeFile(record, value) : trustRecord.write(record, { archives: value })
    for (const other of [
      '',
      'null',
      '{"a":1}',
      {},
      { ...noted, [second.archive.sha256]: noted[first.archive.sha256]! },
      { ...noted, [second.archive.sha256]: [] },
      {
        ...noted,
        [second.archive.sha256]: noted[second.archive.sha256]!.map((file) => ({ ...file, name: `../${file.name}` })),
      },
    ]) {
      await write(other)
      expect((await verdict())?.split(' ')[0], JSON.stringify(other)).toBe('gpu-pack/changed')
    }
    await write(noted)
    expect(await verdict()).toBeNull()
  })

  it('may lie elsewhere by now, and is brought again over what was changed', async () => {
    await rename(folder(), join(home, 'moved'))
    moved = { TERAKOYA_GPU_PACK: join(home, 'moved') }
    expect(await verdict()).toBeNull()
    await cp(join(home, 'moved'), folder(), { recursive: true })
    moved = {}
    await writeFile(place(names()[0]!), 'SHARED')
    expect(await verdict()).toBe(`gpu-pack/changed ${server.platform.provider.files[0]!.name}`)
    expect((await download()).state).toBe('done')
    expect(await verdict()).toBeNull()
  })

  it('tells the engine where it is by an argument, and leaves the environment of the host as it is', () => {
    expect(service.forEngine()).toEqual({
      TERAKOYA_GPU_PACK: folder(),
      TERAKOYA_GPU_PACK_TRUST: join(home, 'gpu-pack-trust.json'),
    })
    expect(Object.keys(environment).sort()).toEqual(['LD_LIBRARY_PATH', 'TERAKOYA_GPU_PACK_SOURCE'])
  })

  it('counts as not installed once the engine has found it changed', async () => {
    await service.close()
    let isChanged = false
    service = open({ isChanged: () => isChanged })
    expect(await service.state({})).toMatchObject({ isInstalled: true })
    isChanged = true
    expect(await service.state({})).toMatchObject({ isInstalled: false, sizeBytes: 0 })
  })

  it("leaves the system's libraries to be found anew, in folders that are named absolutely", async () => {
    await rm(place('libterakoya-first.so.13'))
    expect(await verdict()).toBe('absent')
    await mkdir(join(home, 'system'))
    await writeFile(join(home, 'system', 'libterakoya-first.so.13'), "the system's")
    expect(found().preload[0]).toBe(join(home, 'system', 'libterakoya-first.so.13'))
    environment['LD_LIBRARY_PATH'] = `${join('..', '..', home, 'system')}::.`
    expect(await verdict()).toBe('absent')
  })
})

describe.skipIf(process.platform === 'win32')('the folder that is chosen for the pack', () => {
  const choose = (folder: string) => service.setFolder({ folder: FolderPath.parse(folder) })

  it('gets one of ours, or is one: new, empty, with a pack or with the beginning of one', async () => {
    const wanted = join(home, 'disk')
    const own = join(wanted, 'terakoya-gpu-pack')
    expect((await choose(wanted)).folder).toBe(own)
    expect((await choose(own)).folder).toBe(own)
    await mkdir(join(own, 'downloads'))
    expect((await choose(wanted)).folder).toBe(own)
    await mkdir(join(own, '1.28.0'))
    await writeFile(join(own, 'mine.txt'), 'mine')
    expect((await choose(wanted)).folder).toBe(own)
    expect((await choose(folder())).folder).toBe(folder())
    expect(service.folders()).toEqual([folder(), folder()])
  })

  it('is refused where it holds other things, and stays as it is', async () => {
    const own = join(home, 'disk', 'terakoya-gpu-pack')
    await mkdir(join(own, 'downloads'), { recursive: true })
    await writeFile(join(own, 'photo.jpg'), 'photo')
    await expect(choose(join(home, 'disk'))).rejects.toMatchObject({
      error: { code: 'gpu-pack/folder-used', facts: { folder: own } },
    })
    await mkdir(join(home, 'other'))
    await symlink(join(home, 'disk'), join(home, 'other', 'terakoya-gpu-pack'))
    await expect(choose(join(home, 'other'))).rejects.toMatchObject({ error: { code: 'gpu-pack/folder-used' } })
    expect([saved, (await service.state({})).folder, (await readdir(own)).sort()]).toEqual([
      null,
      folder(),
      ['downloads', 'photo.jpg'],
    ])
  })
})

it('is for the version of ONNX Runtime that the studio has', () => {
  const pinned = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  expect(pinned.dependencies['onnxruntime-node']).toBe(RUNTIME_VERSION)
  if (process.platform === 'linux' && process.arch === 'x64')
    expect(packPlatform()?.libraries.flatMap(({ files }) => files)).toContain('libcublas.so.13')
})
