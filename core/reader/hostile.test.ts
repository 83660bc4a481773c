import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { languageIds } from '../../texts/index.ts'
import { errorSentence } from '../../texts/sentences.ts'
import { defaultSettings, type AppError, type ModelSummary } from '../contract/index.ts'
import { createModelService, type ModelService } from '../local-models/service.ts'
import type { ModelReader } from './client.ts'
import { buildReader, type BuiltReader } from './testing/built-reader.ts'
import { hostileModels as allHostile, writeHostileModels } from './testing/hostile-models.ts'

/** Each is given up only after its processor time, as two others are that stay; `npm run torture` reads all. */
const SLOW = new Set(['tokenizer-regex-polynomial', 'tokenizer-doubling'])
/** Of processor time. Less than in the product: those that are given up take no longer. */
const TIME_LIMIT_MS = 3_000
const hostileModels = allHostile.filter(({ name }) => !SLOW.has(name))

let built: BuiltReader
let reader: ModelReader
let folder: string
let models: ModelService

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-hostile-'))
  await writeHostileModels(folder, hostileModels)
  built = await buildReader()
  reader = built.client(TIME_LIMIT_MS)
  models = createModelService({ shippedFolder: join(folder, 'none'), folder, reader, patienceMs: 600_000 })
}, 180_000)
afterAll(async () => {
  await built.remove()
  await rm(folder, { recursive: true })
})

describe('a hostile model', { timeout: 600_000 }, () => {
  let list: readonly ModelSummary[]

  it('is listed with one sentence, or is usable all the same', async () => {
    const before = process.memoryUsage.rss()
    list = await models.list(undefined as never)
    expect(process.memoryUsage.rss() - before).toBeLessThan(200e6)
    const found = Object.fromEntries(list.map(({ id, problem }) => [id, problem?.code ?? null]))
    const wrong = hostileModels
      .filter(({ name, codes }) => !codes.includes(found[name] as never))
      .map(({ name, codes }) => ({
        name,
        expected: codes,
        found: found[name],
        facts: list.find(({ id }) => id === name)?.problem?.facts,
      }))
    expect(wrong).toEqual([])
    expect(list).toHaveLength(hostileModels.length)
  })

  it('is named in a sentence of ordinary length with nothing left out', () => {
    for (const { id, problem } of list) {
      for (const language of languageIds) {
        const text = problem ? errorSentence(problem, language) : ''
        expect([id, text.length < 3_000 && !/\{\w+\}/.test(text), text]).toEqual([id, true, text])
      }
    }
  })

  it('whose template fails is told so where the template is used, and cannot be previewed', async () => {
    const rows = [{ rowId: 1, rowNumber: 1, prompt: 'こんにちは', answer: 'はい' }]
    const values = { ...defaultSettings(), 'dataset.sample_format': 'template' } as ReturnType<typeof defaultSettings>
    for (const { name } of hostileModels.filter(({ failsAsTemplate }) => failsAsTemplate)) {
      const { folder: place, stamp } = await models.find(name)
      const result = await reader.call('sample', { folder: place, stamp, rows, values }).then(
        () => null,
        (error: { error: AppError }) => error.error.code,
      )
      expect([name, result]).toEqual([name, 'tokenizer/template-failed'])
    }
  })

  it('is not asked of again while its files stay as they are', async () => {
    const again = await models.list(undefined as never)
    expect(again).toEqual(list)
  })

  it('shows no more of a card than can be shown', async () => {
    const texts = await Promise.all(
      ['card-1-gb', 'card-fifo', 'card-bom-crlf', 'card-duplicate-keys'].map((id) => models.open({ id: id as never })),
    )
    expect(texts.map(({ card, licence }) => [card.length, licence])).toEqual([
      [2_000_000, ''],
      [0, ''],
      ['# card\r\n'.length, 'mit'],
      ['# card\n'.length, 'apache-2.0'],
    ])
  })
})
