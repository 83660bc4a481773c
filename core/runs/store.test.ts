import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ExperimentId } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { ExperimentStore } from './store.ts'

const id = ExperimentId.parse('20260101-000000-abc')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-store-'))
  for (const name of ['experiments', 'trash', join('experiments', id)]) await mkdir(join(folder, name))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('syncs both folders after a run was moved to the trash and back, so that a power cut does not undo it', async () => {
  const store = new ExperimentStore(join(folder, 'experiments'), join(folder, 'trash'))
  for (const move of [() => store.trash(id), () => store.restore(id)]) {
    const disk = faultyDisk({ within: folder })
    const giveBack = useDisk(disk)
    await move().finally(giveBack)
    const names = disk.seen.map((boundary) => boundary.replace(`${folder}/`, ''))
    const moved = names.findIndex((boundary) => boundary.startsWith('rename'))
    expect(names.slice(moved + 1).sort()).toEqual(['sync experiments', 'sync trash'])
  }
})
