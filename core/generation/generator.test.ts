import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf, type GenerationSettings } from '../contract/index.ts'
import { openRuntime } from '../runtime/index.ts'
import { Generator } from './generator.ts'
import { loadModel, type LoadedModel } from './loaded-model.ts'

const core = join(import.meta.dirname, '..')
const tinyFolder = join(core, '..', 'resources', 'models', 'terakoya-tiny-ja')
const settings: GenerationSettings = { ...generationSettingsOf(defaultSettings()), maxNewTokens: 60 }
const device = openRuntime().device('cpu')
const opened: Generator[] = []

async function open(model: LoadedModel): Promise<Generator> {
  const generator = await Generator.open(model, device, null)
  opened.push(generator)
  return generator
}

afterAll(() => opened.forEach((generator) => generator.dispose()))

describe('decoding the tiny model against transformers', () => {
  it('gives the same greedy answers, one at a time and together in one padded batch', async () => {
    const golden = JSON.parse(await readFile(join(core, 'training', 'fixtures', 'tiny-model.json'), 'utf8')) as { base_generate: { prompt: string; greedy: number[] }[] }
    const model = await loadModel(tinyFolder)
    const generator = await open(model)
    const prompts = golden.base_generate.map(({ prompt }) => model.tokenizer.encode(`ユーザー: ${prompt}\nシステム: `))
    const wanted = golden.base_generate.map(({ greedy }) => greedy.filter((id) => id !== 2))
    const alone: number[][] = []
    for (const prompt of prompts) alone.push((await generator.generate({ prompts: [prompt], settings }, null))[0]?.tokens ?? [])
    expect(alone).toEqual(wanted)
    const together = await generator.generate({ prompts, settings }, null)
    expect(together.map(({ tokens }) => tokens)).toEqual(wanted)
  })

  it('streams the tokens it returns, and stops at once when cancelled', async () => {
    const model = await loadModel(tinyFolder)
    const generator = await open(model)
    const controller = new AbortController()
    const streamed: number[] = []
    const [answer] = await generator.generate({
      prompts: [model.tokenizer.encode('ユーザー: 保存する方法を教えてください。\nシステム: ')],
      settings: { ...settings, minNewTokens: 60 },
      signal: controller.signal,
      onToken: (_, token) => {
        streamed.push(token)
        if (streamed.length === 3) controller.abort()
      },
    }, null)
    expect(answer?.finish).toBe('cancelled')
    expect(streamed).toEqual(answer?.tokens)
    expect(streamed.length).toBe(3)
  })
})
