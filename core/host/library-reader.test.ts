import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings, type ExperimentId } from '../contract/index.ts'
import { recordText } from '../runs/record-file.ts'
import { openServices, prepareFolders, type LibraryServices } from './library.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-library-'))
})
afterEach(() => rm(folder, { recursive: true }))

const services = {
  resourcesFolder: join(import.meta.dirname, '..', '..', 'resources'),
  kind: 'desktop',
  engine: {},
  reader: {},
  devices: async () => {
    throw new Error('not asked')
  },
  emit: () => undefined,
  report: () => '',
} as unknown as LibraryServices
const id = '20260101-000000-aaaa' as ExperimentId
/** No system gives it to a process. */
const NOBODY = 2 ** 30

async function leaveTraining(): Promise<void> {
  await prepareFolders(folder)
  const place = join(folder, 'experiments', id)
  await mkdir(place)
  await writeFile(
    join(place, 'experiment.yaml'),
    recordText({
      id,
      name: 'x',
      createdAt: '2026-01-01T00:00:00.000Z',
      dataset: { id: 'd' as never, name: 'd', version: 1 },
      model: { id: 'm' as never, name: 'm', folder: '/m' },
      device: 'cpu',
      rows: { train: 1, validation: 0 },
      settings: defaultSettings(),
    }),
  )
  await writeFile(
    join(place, 'state.json'),
    JSON.stringify({
      version: 1,
      state: { kind: 'training' },
      progress: null,
      trainableParameterCount: null,
      hostPid: NOBODY,
    }),
  )
}

describe('a training whose process cannot be seen', () => {
  it('goes on where another studio has the library, and is interrupted once nobody has', async () => {
    await leaveTraining()
    const library = await openServices(
      folder,
      {
        kind: 'reader',
        holder: { kind: 'web', host: 'container', since: '2026-01-01T00:00:00.000Z', isSilent: false },
      },
      services,
    )
    const state = async () => (await library.experiments.list({}))[0]?.state.kind
    expect(await state()).toBe('training')
    library.access = { kind: 'reader', holder: null }
    expect(await state()).toBe('interrupted')
    await library.datasets.close()
  })
})
