import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { UserError } from '../contract/index.ts'
import { openServices, prepareFolders } from './library.ts'

it('opens, and reports a trash that cannot be looked through', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-library-'))
  for (const name of ['datasets', 'models', 'experiments']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'trash'), 'no folder')
  const report = vi.fn(() => '')
  const unused = { on: () => () => undefined } as never
  const { datasets } = await openServices(
    folder,
    { kind: 'writer' },
    {
      resourcesFolder: folder,
      kind: 'cli',
      engine: unused,
      fits: undefined as never,
      chat: undefined as never,
      environment: {},
      reader: unused,
      devices: () => new Promise<never>(() => undefined),
      emit: () => undefined,
      report,
      language: () => 'ja',
    },
  )
  await vi.waitFor(() => expect(report).toHaveBeenCalledWith('trash', expect.objectContaining({ code: 'EEXIST' })))
  await datasets.close()
  await rm(folder, { recursive: true })
})

it('makes the folders of a path that is not there yet, and says what is wrong with one that cannot be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-library-'))
  const file = join(folder, 'ファイル')
  await writeFile(file, '')
  const codeOf = (path: string) =>
    prepareFolders(path).then(
      () => 'made',
      ({ error }: UserError) => error.code,
    )
  expect(await codeOf(join(folder, '新しい', '場所'))).toBe('made')
  expect(await codeOf(join(folder, '新しい', '場所'))).toBe('made')
  expect(await codeOf(file)).toBe('library/not-folder')
  expect(await codeOf(join(file, '中'))).toBe('library/not-folder')
  expect(await codeOf(join(folder, 'x'.repeat(5000)))).toBe('library/not-made')
  // Makes no folders: Node's own recursive `mkdir` would try without end.
  if (process.platform === 'linux') expect(await codeOf('/proc/terakoya/library')).toBe('library/not-made')
  await rm(folder, { recursive: true })
})
