import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint, readAdapter } from '../checkpoints/index.ts'
import { defaultSettings, generationSettingsOf } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { writeGgufAdapter } from '../gguf/adapter.ts'
import { writeGgufModel } from '../gguf/model.ts'
import type { MixId } from '../gguf/mixes/index.ts'
import { sourcesOf } from '../gguf/testing/sources.ts'
import { readExpected } from '../goldens/expected.ts'
import { openRuntime } from '../runtime/index.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { openModelFiles } from '../weights/model-files.ts'
import { loadResidentWeights } from '../weights/resident.ts'
import { compareGguf } from './client.ts'
import { openQuantizer } from './quantizer.ts'
import { buildLlamaCpp, type BuiltLlamaCpp } from './testing/built-llama-cpp.ts'
import { noPlatformPackage } from './testing/ggml.ts'

const modelFolder = join(import.meta.dirname, '..', '..', 'resources', 'models', 'terakoya-tiny-ja')
const ANSWER_TOKENS = 40

const QUESTIONS = [
  'RehabCチャンネルとは?',
  '理学療法士の仕事は何ですか?',
  'リハビリテーションの目的を教えてください。',
  '日本で一番高い山はどこですか?',
  '東京の名物を三つ挙げてください。',
  '朝ごはんには何を食べるとよいですか?',
  '猫と犬の違いを説明してください。',
  '私たちの店の定休日はいつですか?',
]

interface Answer {
  readonly prompt: readonly number[]
  readonly expected: readonly number[]
}

let folder = ''
let llama: BuiltLlamaCpp
let tokenizer: Tokenizer
let answers: readonly Answer[]

describe.skipIf(noPlatformPackage)('the shipped model as GGUF', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
    llama = await buildLlamaCpp()
    tokenizer = await loadTokenizer(modelFolder)
    answers = await studioAnswers()
  }, 60_000)
  afterAll(async () => {
    await llama.remove()
    await rm(folder, { recursive: true })
  })

  it('in F16 answers in llama.cpp as the studio does', async () => {
    const { answers: compared } = await compareGguf(llama.spawn, { file: await written('F16'), answers, texts: [] })
    expect(compared).toEqual(
      answers.map(({ expected }) => ({ tokens: expected.length, equal: expected.length, difference: null })),
    )
  })

  it.each(['Q8_0', 'BF16'] as const)('in %s gives at least 95 % of the tokens', async (mix) => {
    const { answers: compared } = await compareGguf(llama.spawn, { file: await written(mix), answers, texts: [] })
    const [equal, all] = (['equal', 'tokens'] as const).map((key) =>
      compared.reduce((sum, answer) => sum + answer[key], 0),
    )
    expect(equal! / all!).toBeGreaterThanOrEqual(0.95)
  })

  it('tells the first difference and how sure llama.cpp was', async () => {
    const [first] = answers
    const wrong = { prompt: first!.prompt, expected: [...first!.expected.slice(0, 3), 7, 8] }
    const { answers: compared } = await compareGguf(llama.spawn, {
      file: await written('F16'),
      answers: [wrong],
      texts: [],
    })
    const difference = compared[0]!.difference!
    expect(difference).toMatchObject({ at: 3, expected: 7, found: first!.expected[3] })
    expect(difference.foundProbability).toBeGreaterThan(difference.expectedProbability)
  })

  it('counts the texts that llama.cpp reads otherwise, and names them', async () => {
    const file = await written('F16')
    const lines = [...QUESTIONS, '遊園地で遊ぶ', 'こんにちは。']
    const texts = Array.from({ length: 1_010 }, (_, index) => {
      const text = lines[index % lines.length]!
      return { text, ids: tokenizer.encode(text) }
    })
    const done: number[] = []
    const { texts: compared } = await compareGguf(llama.spawn, {
      file,
      answers: [],
      texts,
      onProgress: ({ texts: count }) => done.push(count),
    })
    // Characters beyond ASCII without a piece: SentencePiece writes their bytes, llama.cpp's Unigram the unknown token.
    const differs = (text: string) => tokenizer.encode(text).some((id) => /^<0x[89A-F]/.test(pieceOf(id)))
    const expected = texts.flatMap(({ text }, index) => (differs(text) ? [index] : []))
    expect(compared).toEqual({ count: 1_010, differing: expected.length, indices: expected })
    expect(expected.length).toBeGreaterThan(0)
    expect(done).toEqual([500, 1_000, 1_010])
  })

  it('is given up at once when it is cancelled', async () => {
    const controller = new AbortController()
    const running = compareGguf(llama.spawn, {
      file: await written('F16'),
      answers,
      texts: [],
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('is tried with an adapter', async () => {
    const golden = join(import.meta.dirname, '..', 'models', 'fixtures', 'llama')
    const checkpoint = await openCheckpoint(golden)
    const { config } = checkpoint
    const [file, adapterFile] = [join(folder, 'golden.gguf'), join(folder, 'golden-lora.gguf')]
    const weights = sourcesOf(checkpoint)
    await writeGgufModel({ modelFolder: golden, config, tokenizer: null, weights, mix: 'F32', out: file, name: 'x' })
    const adapter = await readAdapter(join(golden, 'adapter'))
    await writeGgufAdapter({ adapter, config, out: adapterFile, name: 'x', base: 'x' })
    const { rows, lora, logits } = await readExpected(golden)
    const [prompt, expected] = [rows[0]!.slice(0, 5), rows[0]!.slice(5)]
    const likeliest = (values: readonly number[]): number => values.indexOf(Math.max(...values))
    for (const [recorded, adapted] of [
      [logits[0]!, undefined],
      [lora.logits_row0, adapterFile],
    ] as const) {
      const { answers: compared } = await compareGguf(llama.spawn, {
        file,
        adapterFile: adapted,
        answers: [{ prompt, expected }],
        texts: [],
      })
      const found = expected.map((_, at) => likeliest(recorded[prompt.length - 1 + at]!))
      const at = found.findIndex((id, index) => id !== expected[index])
      expect(compared[0]!.difference).toMatchObject({ at, expected: expected[at], found: found[at] })
    }
  })

  it('says so where the process ends', async () => {
    const file = await written('F16')
    const dying = () => {
      const port = llama.spawn()
      port.onMessage(() => port.kill())
      return port
    }
    await expect(compareGguf(dying, { file, answers, texts: [] })).rejects.toMatchObject({
      error: { code: 'llama-cpp/ended', facts: { file: basename(file) } },
    })
  })

  it('is refused where the file is none', async () => {
    const file = join(folder, 'none.gguf')
    await writeFile(file, 'GGUF and no more')
    await expect(compareGguf(llama.spawn, { file, answers: [], texts: [] })).rejects.toMatchObject({
      error: { code: 'llama-cpp/not-opened', facts: { file: basename(file) } },
    })
  })
})

const pieces = JSON.parse(await readFile(join(modelFolder, 'tokenizer.json'), 'utf8')) as {
  model: { vocab: [string, number][] }
}
const pieceOf = (id: number): string => pieces.model.vocab[id]?.[0] ?? ''

const files = new Map<MixId, Promise<string>>()
const written = (mix: MixId): Promise<string> => {
  const file = files.get(mix) ?? write(mix)
  files.set(mix, file)
  return file
}

async function write(mix: MixId): Promise<string> {
  const checkpoint = await openCheckpoint(modelFolder)
  const out = join(folder, `${mix}.gguf`)
  await writeGgufModel({
    modelFolder,
    config: checkpoint.config,
    tokenizer,
    weights: sourcesOf(checkpoint),
    mix,
    out,
    name: 'terakoya-tiny-ja',
    quantizer: openQuantizer(),
  })
  return out
}

async function studioAnswers(): Promise<Answer[]> {
  const device = openRuntime().device('cpu')
  const model = await openModelFiles(modelFolder)
  const resident = loadResidentWeights(model, device, 'as-stored')
  const end = tokenizer.special.eos!
  const generator = await Generator.open(
    { ...model, tokenizer: null, endTokens: new Set([end]) },
    device,
    null,
    resident,
  )
  try {
    const prompts = QUESTIONS.map((content) =>
      tokenizer.encode(tokenizer.chatTemplate!.render([{ role: 'user', content }], { addGenerationPrompt: true })),
    )
    const settings = { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': ANSWER_TOKENS }
    const found = await generator.generate({ prompts, settings }, null)
    return found.map(({ tokens }, index) => ({
      prompt: prompts[index]!,
      expected: tokens.length < ANSWER_TOKENS ? [...tokens, end] : tokens,
    }))
  } finally {
    generator.dispose()
    await resident.dispose()
  }
}
