import { expect, it } from 'vitest'
import { join } from 'node:path'
import { readJsonObject } from '../files/json-file.ts'
import { CuratedList, curatedModels } from './curated.ts'

const file = join(import.meta.dirname, '../../resources/hub-models.json')

it('is a sound list: every model once, each next one in it and larger', async () => {
  const { models } = CuratedList.parse(await readJsonObject(file))
  const sizes = new Map(models.map(({ id, parameterCount }) => [id, parameterCount]))
  expect(sizes.size).toBe(models.length)
  for (const { id, parameterCount, next, downloadBytes } of models) {
    if (next !== null) expect(sizes.get(next), `${id} → ${next}`).toBeGreaterThan(parameterCount)
    // 16-bit weights, and beside them at most masks and a second copy of the table.
    expect(downloadBytes / parameterCount, id).toBeGreaterThanOrEqual(1.99)
    expect(downloadBytes / parameterCount, id).toBeLessThan(2.6)
  }
  expect(models.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['line-corporation/japanese-large-lm-1.7b-instruction-sft', 'google/gemma-2-2b-jpn-it']),
  )
})

it('tells the smallest first, with what each needs and whether it is here', async () => {
  const fit = { needs: [] } as never
  const { models } = await curatedModels(
    file,
    async () => fit,
    async (id) => (id.startsWith('Qwen/') ? ('here' as never) : null),
  )
  const sizes = models.map(({ parameterCount }) => parameterCount)
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
  expect(models.filter(({ localId }) => localId !== null).map(({ id }) => id)).toEqual([
    'Qwen/Qwen3-0.6B',
    'Qwen/Qwen3-4B',
  ])
})
