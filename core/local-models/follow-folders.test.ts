import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { followFolders } from './follow-folders.ts'

it('tells when a model comes into a folder, also one that was not there at first, until it is ended', async () => {
  const home = await mkdtemp(join(tmpdir(), 'follow-'))
  const [there, later] = [join(home, 'there'), join(home, 'later')]
  await mkdir(there)
  let count = 0
  const end = followFolders([there, later], () => count++, { settleMs: 1, lookMs: 5 })
  await mkdir(join(there, 'model'))
  await expect.poll(() => count).toBeGreaterThan(0)
  const before = count
  await mkdir(later)
  await mkdir(join(later, 'model'))
  await expect.poll(() => count).toBeGreaterThan(before)
  end()
  await rm(home, { recursive: true })
})
