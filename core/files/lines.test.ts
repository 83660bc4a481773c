import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { linesOf, type LineLimits } from './lines.ts'

const newFolder = temporaryFolders()
const limits: LineLimits = { maxBytes: 1_000_000, maxLineBytes: 400_000 }

async function fileOf(text: string | Uint8Array): Promise<string> {
  const file = join(await newFolder(), 'lines.txt')
  await writeFile(file, text)
  return file
}
async function read(file: string, changes: Partial<LineLimits> = {}): Promise<(string | null)[]> {
  const lines: (string | null)[] = []
  for await (const { text } of linesOf(file, { ...limits, ...changes })) lines.push(text)
  return lines
}

it('gives lines as they are, empty ones left out, and says whether the last is whole', async () => {
  expect(await read(await fileOf('あ\n\n{"x":"\u2028"}\r\n\0\n最後'))).toEqual(['あ', '{"x":"\u2028"}\r', '\0', '最後'])
  const ends: boolean[] = []
  for await (const { isEnded } of linesOf(await fileOf('a\nb'), limits)) ends.push(isEnded)
  expect([ends, await read(await fileOf(''))]).toEqual([[true, false], []])
})

it('puts lines together that lie in several pieces of the file', async () => {
  const lines = Array.from({ length: 5 }, (_, index) => `${index}${'語'.repeat(60_000)}`)
  expect(await read(await fileOf(lines.join('\n')))).toEqual(lines)
})

it('leaves out a line that is too long, and no other', async () => {
  expect(await read(await fileOf(`a\n${'x'.repeat(500_000)}\nb\n${'y'.repeat(400_001)}`))).toEqual([
    'a',
    null,
    'b',
    null,
  ])
})

it('lets the process do other things while it reads', async () => {
  const file = await fileOf('x\n'.repeat(100_000))
  let turns = 0
  const count = () => {
    turns++
    timer = setImmediate(count)
  }
  let timer = setImmediate(count)
  const lines = await read(file)
  clearImmediate(timer)
  expect(lines.length).toBe(100_000)
  expect(turns).toBeGreaterThanOrEqual(100)
})

it('refuses what is too large, no file, or not there', async () => {
  const folder = await newFolder()
  await mkdir(join(folder, 'folder'))
  await expect(read(await fileOf('x'.repeat(11)), { maxBytes: 10 })).rejects.toMatchObject({
    error: { code: 'file/too-large' },
  })
  await expect(read(join(folder, 'folder'))).rejects.toMatchObject({ error: { code: 'file/not-regular' } })
  await expect(read(join(folder, 'nowhere'))).rejects.toMatchObject({ error: { code: 'file/not-found' } })
})
