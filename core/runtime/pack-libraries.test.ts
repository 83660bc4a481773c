import { readFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { sha256OfFilesNow } from '../gpu-pack/checksums.ts'
import type { KnownFile, PackPlatform } from '../gpu-pack/components.ts'
import { installedFolder } from '../gpu-pack/installed.ts'
import { noteTrusted } from '../gpu-pack/trust.ts'
import { installedPack } from './library.ts'
import { loadPack, loadPackNow, packIsComplete, packLibraries } from './pack-libraries.ts'

const newFolder = temporaryFolders()
/** Any library that the system can load. */
const real = join(
  dirname(
    createRequire(createRequire(import.meta.url).resolve('koffi')).resolve('@koromix/koffi-linux-x64/package.json'),
  ),
  'linux_x64',
  'koffi.node',
)
const LIBRARY = 'libterakoya-test.so.13'

/** A pack with a library that can really be loaded. */
async function makePack() {
  const home = await newFolder()
  const folder = join(home, 'pack')
  const place = installedFolder(folder)
  await mkdir(place, { recursive: true })
  const describe = (name: string, path: string): KnownFile => ({
    name,
    sizeBytes: readFileSync(path).length,
    sha256: sha256OfFilesNow([path])[0] as string,
  })
  const shippedLibrary = join(home, 'shipped', 'libonnxruntime.so.1')
  await mkdir(dirname(shippedLibrary))
  for (const path of [shippedLibrary, join(place, 'libonnxruntime.so.1')]) await writeFile(path, 'runtime')
  await writeFile(join(place, 'libprovider.so'), 'provider')
  await copyFile(real, join(place, LIBRARY))
  const platform: PackPlatform = {
    provider: {
      name: 'provider',
      version: '1',
      sizeBytes: 1,
      sha512: '',
      files: [describe('libprovider.so', join(place, 'libprovider.so'))],
    },
    libraries: [
      {
        component: 'test',
        archive: { path: 'test.tar.xz', sizeBytes: 1, sha256: 'a'.repeat(64) },
        files: ['libterakoya-test.so.13'],
      },
    ],
  }
  const environment = { TERAKOYA_GPU_PACK: folder, TERAKOYA_GPU_PACK_TRUST: join(home, 'trust.json') }
  await noteTrusted(environment.TERAKOYA_GPU_PACK_TRUST, {
    ['a'.repeat(64)]: [describe(LIBRARY, join(place, LIBRARY))],
  })
  return { place, find: () => installedPack(environment, { platform, shippedLibrary }) }
}

const isInProcess = (path: string): boolean => readFileSync('/proc/self/maps', 'utf8').includes(path)

it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'takes no library of a pack into the process before all of it was checked',
  async () => {
    const { place, find } = await makePack()
    const library = join(place, LIBRARY)
    for (const name of ['libprovider.so', LIBRARY, 'libonnxruntime.so.1']) {
      const bytes = await readFile(join(place, name))
      await writeFile(join(place, name), Buffer.from(bytes).fill(1, bytes.length - 1))
      await expect(loadPack(find)).rejects.toMatchObject({ error: { code: 'gpu-pack/changed', facts: { file: name } } })
      expect(() => loadPackNow(find)).toThrow('gpu-pack/changed')
      expect([isInProcess(library), packLibraries()]).toEqual([false, []])
      await writeFile(join(place, name), bytes)
    }
    await Promise.all([loadPack(find), loadPack(find)])
    expect([isInProcess(library), packLibraries()]).toEqual([true, [library]])
    // Until the provider was loaded, it may be exchanged.
    await writeFile(join(place, 'libprovider.so'), 'PROVIDER')
    await expect(loadPack(find)).rejects.toMatchObject({
      error: { code: 'gpu-pack/changed', facts: { file: 'libprovider.so' } },
    })
    packIsComplete()
    await loadPack(find)
  },
)

it('does nothing where there is no pack', async () => {
  await loadPack(() => null)
  loadPackNow(() => null)
})
