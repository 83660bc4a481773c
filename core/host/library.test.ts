import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { openServices } from './library.ts'

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
