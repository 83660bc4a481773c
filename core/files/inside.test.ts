import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { realPathInside } from './inside.ts'

const outside = mkdtempSync(join(tmpdir(), 'terakoya-inside-'))
const library = join(outside, 'library')
for (const folder of ['library/models', 'library-other']) mkdirSync(join(outside, folder), { recursive: true })
symlinkSync(outside, join(library, 'out'))
symlinkSync(library, join(outside, 'linked'))

afterAll(() => rmSync(outside, { recursive: true }))

it.each([library, join(library, 'models'), join(library, 'models', '..', 'models')])('%s is inside', async (path) => {
  expect(await realPathInside(library, path)).toBe(await realpath(path))
})

it.each([
  outside,
  '/',
  join(outside, 'library-other'),
  join(outside, 'linked', 'models'),
  join(library, 'out'),
  join(library, 'out', 'library-other'),
  join(library, '..'),
  join(library, 'missing'),
  '',
  '\0',
  join(outside, 'missing'),
])('%j is not', async (path) => {
  expect(await realPathInside(library, path)).toBe(null)
})

it('a library behind a link is itself', async () => {
  expect(await realPathInside(join(outside, 'linked'), join(library, 'models'))).toBe(
    await realpath(join(library, 'models')),
  )
  expect(await realPathInside('/', library)).toBe(await realpath(library))
})
