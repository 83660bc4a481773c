import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/index.ts'
import { defaultSettings, generationSettingsOf, type GenerationSettings } from '../contract/index.ts'
import { architectureOf, loraTargets } from '../models/family.ts'
import { layOutLora } from '../models/lora.ts'
import { openRuntime } from '../runtime/index.ts'
import { openModelFiles } from '../weights/model-files.ts'
import { Generator } from './generator.ts'
import { loadModel, type LoadedModel } from './loaded-model.ts'

const core = join(import.meta.dirname, '..')
const tinyFolder = join(core, '..', 'resources', 'models', 'terakoya-tiny-ja')
const llamaFolder = join(core, 'models', 'fixtures', 'llama')
const greedy: GenerationSettings = { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': 60 }
const cpu = openRuntime().device('cpu')

let tiny: LoadedModel
beforeAll(async () => {
  tiny = await loadModel(tinyFolder)
})
afterAll(() => expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

const promptOf = (question: string) => tiny.tokenizer.encode(`ユーザー: ${question}\nシステム: `)

async function withGenerator<R>(use: (generator: Generator) => Promise<R>): Promise<R> {
  const generator = await Generator.open(tiny, cpu, null)
  try {
    return await use(generator)
  } finally {
    generator.dispose()
  }
}

// On WebGPU: the families' checks decode greedily, with a penalty and with beams (../goldens/webgpu.test.ts).
describe('decoding the golden llama against transformers', () => {
  it('gives the same tokens, greedily and with a repetition penalty', { timeout: 300_000 }, async () => {
    const {
      generate: { prompt, max_new_tokens, outputs },
    } = JSON.parse(await readFile(join(llamaFolder, 'expected.json'), 'utf8')) as {
      generate: { prompt: number[]; max_new_tokens: number; outputs: Record<string, number[]> }
    }
    const { config, tensors } = await openCheckpoint(llamaFolder)
    const model: LoadedModel = {
      folder: llamaFolder,
      architecture: architectureOf(config),
      weights: tensors as LoadedModel['weights'],
      tokenizer: tiny.tokenizer,
      config,
      stored: new Map(),
      inPlace: true,
      endTokens: new Set([2]),
    }
    const generator = await Generator.open(model, cpu, null)
    const tokens = async (repetitionPenalty: number) =>
      (
        await generator.generate(
          {
            prompts: [prompt],
            settings: {
              ...greedy,
              'prediction.max_length_inference': max_new_tokens,
              'prediction.repetition_penalty': repetitionPenalty,
            },
          },
          null,
        )
      )[0]?.tokens
    const found = [await tokens(1), await tokens(1.2)]
    generator.dispose()
    expect(found).toEqual([outputs['greedy'], outputs['greedy_rep1.2']].map((ids) => ids?.filter((id) => id !== 2)))
  })
})

// A short convolution reads what the cache holds before it has written anything.
it.each(['llama', 'lfm2'])('%s answers the same whatever was answered before', async (family) => {
  const model = {
    ...(await openModelFiles(join(core, 'models', 'fixtures', family))),
    tokenizer: null,
    endTokens: new Set<number>(),
  }
  const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
  const adapters = [1, 2].map((seed) =>
    Float32Array.from({ length: layout.parameterCount }, (_, index) => Math.sin(index * seed) * 0.1),
  )
  const calls = [
    [
      [5, 9, 33, 7],
      [8, 3],
    ],
    [[21, 40, 12, 6, 30, 11], [4]],
  ].flatMap((prompts) => adapters.map((adapter) => ({ prompts, adapter })))
  const settings = { ...greedy, 'prediction.min_length_inference': 12, 'prediction.max_length_inference': 12 }
  const one = await Generator.open(model, cpu, layout)
  for (const { prompts, adapter } of [...calls, ...calls]) {
    const fresh = await Generator.open(model, cpu, layout)
    const answers = async (generator: Generator) =>
      (await generator.generate({ prompts, settings }, adapter)).map(({ tokens }) => tokens)
    expect(await answers(one)).toEqual(await answers(fresh))
    fresh.dispose()
  }
  one.dispose()
})

describe('decoding the tiny model', () => {
  it('gives the greedy answers of transformers, one at a time and together in one padded batch', async () => {
    const golden = JSON.parse(await readFile(join(core, 'training', 'fixtures', 'tiny-model.json'), 'utf8')) as {
      base_generate: { prompt: string; greedy: number[] }[]
    }
    const prompts = golden.base_generate.map(({ prompt }) => promptOf(prompt))
    const wanted = golden.base_generate.map(({ greedy: ids }) => ids.filter((id) => id !== 2))
    await withGenerator(async (generator) => {
      for (const [index, prompt] of prompts.entries())
        expect((await generator.generate({ prompts: [prompt], settings: greedy }, null))[0]?.tokens).toEqual(
          wanted[index],
        )
      expect((await generator.generate({ prompts, settings: greedy }, null)).map(({ tokens }) => tokens)).toEqual(
        wanted,
      )
    })
  })

  it('answers as the base model with an adapter whose B is zero', async () => {
    const layout = layOutLora(loraTargets(tiny.architecture, 'q_proj,v_proj,up_proj'), { rank: 4, alpha: 8 })
    const p = new Float32Array(layout.parameterCount)
    for (const { a } of layout.slots) p.fill(0.1, a.offset, a.offset + a.shape[0] * a.shape[1])
    const generator = await Generator.open(tiny, cpu, layout)
    const [tuned] = await generator.generate({ prompts: [promptOf('こんにちは')], settings: greedy }, p)
    generator.dispose()
    expect(tuned?.text).toBe('こんにちは。ご質問があれば何でも聞いてください。')
  })

  it('streams the text it returns, and ends within one token when it is cancelled', async () => {
    const controller = new AbortController()
    const [streamed, ends]: [string[], string[]] = [[], []]
    const onText = (_: number, text: string) => {
      if (streamed.push(text) === 3) controller.abort()
    }
    const request = {
      prompts: [promptOf('保存する方法を教えてください。')],
      settings: { ...greedy, 'prediction.min_length_inference': 60 },
      signal: controller.signal,
      onText,
      onEnd: (_: number, finish: string) => ends.push(finish),
    }
    const [answer] = await withGenerator((generator) => generator.generate(request, null))
    expect([answer?.finish, ends, streamed.join('')]).toEqual(['cancelled', ['cancelled'], answer?.text])
    expect(answer?.tokens.length).toBeLessThan(8)
  })

  it('ends before a stop string, which is never shown', async () => {
    const streamed: string[] = []
    const request = {
      prompts: [promptOf('こんにちは')],
      settings: greedy,
      stopStrings: ['何でも聞'],
      onText: (_: number, text: string) => streamed.push(text),
    }
    const [answer] = await withGenerator((generator) => generator.generate(request, null))
    expect([answer?.text, answer?.finish, streamed.join('')]).toEqual([
      'こんにちは。ご質問があれば',
      'stop',
      'こんにちは。ご質問があれば',
    ])
  })

  it('goes on from the beginning of a text where a prompt is empty, alone, beside others and with beams', async () => {
    const { bos } = tiny.tokenizer.special
    const others = [promptOf('こんにちは'), promptOf('日本の首都は?')]
    await withGenerator(async (generator) => {
      for (const settings of [
        { ...greedy, 'prediction.max_length_inference': 6 },
        { ...greedy, 'prediction.max_length_inference': 6, 'prediction.num_beams': 3 },
      ])
        for (const around of [
          (one: number[]) => [one],
          (one: number[]) => [one, one],
          (one: number[]) => [one, ...others],
          (one: number[]) => [...others, one],
        ])
          expect(await generator.generate({ prompts: around([]), settings }, null)).toEqual(
            await generator.generate({ prompts: around([bos as number]), settings }, null),
          )
    })
  })

  it('takes stop words, as texts and as single tokens', async () => {
    const ask = (stopTokens: string) =>
      withGenerator((generator) =>
        generator.generate(
          { prompts: [promptOf('こんにちは')], settings: { ...greedy, 'prediction.stop_tokens': stopTokens } },
          null,
        ),
      )
    expect((await ask('何でも聞, </s>, \ud800,,'))[0]).toMatchObject({
      text: 'こんにちは。ご質問があれば',
      finish: 'stop',
    })
  })

  it('lets two answers that are asked for at the same time advance in turns', async () => {
    const order: string[] = []
    await withGenerator((generator) => {
      const ask = (name: string) =>
        generator.generate(
          {
            prompts: [promptOf('日本の首都は?')],
            settings: { ...greedy, 'prediction.max_length_inference': 4 },
            onToken: () => order.push(name),
          },
          null,
        )
      return Promise.all([ask('a'), ask('b')])
    })
    expect(order.join('')).toBe('abababab')
  })

  it('ends at the limit of new tokens, or where the model can read no further, and refuses a longer prompt', async () => {
    const { contextLength } = tiny.architecture
    const long = Array.from({ length: contextLength - 2 }, () => 262)
    const endless = { ...greedy, 'prediction.min_length_inference': 60 }
    await withGenerator(async (generator) => {
      const finish = async (prompt: readonly number[], maxNewTokens: number) => {
        const [answer] = await generator.generate(
          { prompts: [prompt], settings: { ...endless, 'prediction.max_length_inference': maxNewTokens } },
          null,
        )
        return [answer?.finish, answer?.tokens.length]
      }
      expect([await finish(promptOf('こんにちは'), 3), await finish(long, 10)]).toEqual([
        ['length', 3],
        ['context', 2],
      ])
      await expect(finish([...long, 1, 2, 3], 5)).rejects.toMatchObject({ error: { code: 'chat/too-long' } })
    })
  })

  it('samples the same answer for a seed', async () => {
    const settings = {
      ...greedy,
      'prediction.do_sample': true,
      'prediction.temperature': 1.5,
      'prediction.top_k': 50,
      'prediction.top_p': 0.95,
      'prediction.max_length_inference': 12,
    }
    const answers = await withGenerator((generator) =>
      Promise.all(
        [7, 7, 8].map(
          async (seed) =>
            (
              await generator.generate(
                { prompts: [promptOf('好きな色は?')], settings: { ...settings, 'prediction.seed': seed } },
                null,
              )
            )[0]?.text,
        ),
      ),
    )
    expect(answers[0]).toBe(answers[1])
    expect(answers[2]).not.toBe(answers[0])
  })
})
