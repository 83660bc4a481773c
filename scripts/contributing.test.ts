import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
/** Lines without their indentation: a piece stands deeper in its file, or in a list of the page. */
const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const examples = [...page.matchAll(/```tsx? (\S+)\n([^]*?)```/g)].map(([, file = '', piece = '']) => ({ file, piece }))

describe('the examples of CONTRIBUTING.md', () => {
  it('show every kind of addition', () => {
    expect(examples.length).toBeGreaterThanOrEqual(13)
  })

  it.each(examples)('are in $file as they are', ({ file, piece }) => {
    const source = lines(readFileSync(join(root, file), 'utf8'))
    const wanted = lines(piece)
    const starts = source.flatMap((line, index) => (line === wanted[0] ? [index] : []))
    // The whole piece, in one run of lines.
    expect(starts.map((start) => source.slice(start, start + wanted.length))).toContainEqual(wanted)
  })
})

/** Files that a document names between backticks or as a link. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/[`(]((?:core|electron|renderer|texts|scripts|tools|docs|e2e|bench)\/[\w./-]+)[`)]/g)].map(
    ([, path = '']) => path,
  )

it.each(['CONTRIBUTING.md', 'ARCHITECTURE.md', 'README.md', 'SECURITY.md'])('%s names files that are there', (file) => {
  const paths = pathsIn(readFileSync(join(root, file), 'utf8'))
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
