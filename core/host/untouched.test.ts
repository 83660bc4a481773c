import { expect, it, vi } from 'vitest'
import { isDownload } from '../hub/download-paths.ts'
import { realPathInside } from '../files/inside.ts'
import { PathGrants } from './path-grants.ts'

/** What the file system was asked about. */
const looked = vi.hoisted(() => [] as string[])
const look = vi.hoisted(() => (path: string) => {
  looked.push(path)
  return path
})
vi.mock('node:fs', async (original) => ({
  ...(await original<object>()),
  realpathSync: Object.assign(look, { native: look }),
}))
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<object>()),
  realpath: async (path: string) => look(path),
}))

const library = '/library'
const foreign = ['//evil/share/x', '/elsewhere/x', '/library-other/downloads/x', '/library/../elsewhere', 'x']

// On Windows a look at `\\evil\share` tells that computer the user's name and a hash of the password.
it.each(foreign)('%s is judged by its text', async (path) => {
  const grants = new PathGrants()
  expect(isDownload(library, path)).toBe(false)
  expect(await realPathInside(library, path)).toBe(null)
  expect(
    grants.refusal('datasets.preview', { file: path }, { libraryFolder: () => library, ownFolders: () => [library] }),
  ).toMatchObject({ ok: false })
  expect(looked.filter((asked) => asked !== library)).toEqual([])
})

it('what lies in the library is looked at', async () => {
  expect(isDownload(library, '/library/downloads/x')).toBe(true)
  expect(await realPathInside(library, '/library/x')).toBe('/library/x')
  expect(looked).toEqual(expect.arrayContaining(['/library/downloads/x', '/library/x']))
})
