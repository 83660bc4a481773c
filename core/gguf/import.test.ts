import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint, readTensor } from '../checkpoints/index.ts'
import { readExpected } from '../goldens/expected.ts'
import { LIMITS, logitsOfModel } from '../goldens/family.ts'
import { openRuntime } from '../runtime/index.ts'
import { loadTokenizer } from '../tokenizers/index.ts'
import { fixture, linesOf, TINY_FOLDER } from '../tokenizers/testing/test-support.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { convertGguf, readGgufModel } from './import.ts'
import type { MixId } from './mixes/index.ts'
import { writeGgufModel } from './model.ts'
import { readGgufHeader } from './reader.ts'
import { sourcesOf } from './testing/sources.ts'
import { string, uint32, type Metadata } from './values.ts'
import { tokenizerFiles } from './vocabulary/import.ts'
import { readVocabulary } from './vocabulary/index.ts'
import { writeGguf } from './writer.ts'

const fixtures = join(import.meta.dirname, '..', 'models', 'fixtures')
const names = (await readdir(fixtures)).filter((name) => name !== 'gemma3_with_images')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function exported(modelFolder: string, mix: MixId, name: string): Promise<string> {
  const checkpoint = await openCheckpoint(modelFolder)
  const file = join(folder, `${name}-${mix}.gguf`)
  const tokenizer = modelFolder === TINY_FOLDER ? await loadTokenizer(modelFolder) : null
  const { config } = checkpoint
  await writeGgufModel({ modelFolder, config, tokenizer, weights: sourcesOf(checkpoint), mix, out: file, name })
  return file
}

/** The furthest that weights of the same names are apart, and names that only one side has. */
async function weightDifference(before: string, after: string): Promise<{ worst: number; others: string[] }> {
  const [one, other] = [await openCheckpoint(before), await openCheckpoint(after)]
  let worst = 0
  const others = [...one.tensors.keys()].filter((name) => !other.tensors.has(name))
  for (const [name, place] of other.tensors) {
    const there = one.tensors.get(name)
    if (!there) others.push(name)
    else {
      const [found, wanted] = [await readTensor(after, place), await readTensor(before, there)]
      worst = found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - wanted[index]!)), worst)
    }
  }
  return { worst, others }
}

/** 1 + w is rounded. */
const roundedNorms = ['gemma2', 'gemma3']
/** What a file does not say: the window, and gelu's form. */
const computedOtherwise = ['mistral_window', 'gpt2_erf']

describe('goldens, out and in again', () => {
  it.each(names)('%s', async (name) => {
    const target = join(folder, name)
    await convertGguf(await exported(join(fixtures, name), 'F32', name), target)
    const { worst, others } = await weightDifference(join(fixtures, name), target)
    expect(worst).toBeLessThanOrEqual(roundedNorms.includes(name) ? 2 ** -23 : 0)
    expect(others).toEqual([])
    if (computedOtherwise.includes(name)) return
    const { rows, logits } = await readExpected(join(fixtures, name))
    for (const [row, ids] of rows.entries()) {
      const found = await logitsOfModel(target, openRuntime().device('cpu'), ids)
      const wanted = logits[row]!.flat()
      const furthest = wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index]!)), 0)
      expect(furthest).toBeLessThanOrEqual(LIMITS.logits)
    }
  })
})

it('a model with divisors of its own goes out again as it came in', async () => {
  const target = join(folder, 'llama3_again')
  const file = await exported(join(fixtures, 'llama3_rope'), 'F32', 'llama3_rope')
  await convertGguf(file, target)
  const again = await exported(target, 'F32', 'llama3_again')
  const divisors = (await readGgufModel(again)).opened.small.get('rope_freqs.weight')!
  const before = (await readGgufModel(file)).opened.small.get('rope_freqs.weight')!
  expect(divisors.map((value) => value.toFixed(5))).toEqual(before.map((value) => value.toFixed(5)))
})

describe('the shipped model', () => {
  it('comes back from F16 with its weights, tokens and template', async () => {
    const target = join(folder, 'tiny')
    const file = await exported(TINY_FOLDER, 'F16', 'tiny')
    const done: number[] = []
    await convertGguf(file, target, { onBytes: (bytes) => done.push((done.at(-1) ?? 0) + bytes) })
    expect(await weightDifference(TINY_FOLDER, target)).toEqual({ worst: 0, others: [] })
    const { weightBytes, parameterCount, ...model } = await readGgufModel(file)
    expect(model).toMatchObject({ name: 'tiny', architecture: 'llama', type: 'F16' })
    expect(parameterCount).toBe(15_735_168)
    expect(done.at(-1)).toBe(weightBytes)
    const [before, after] = [await loadTokenizer(TINY_FOLDER), await loadTokenizer(target)]
    const lines = linesOf<{ text: string }>('tiny_expected.json')
    expect(lines.filter(({ text }) => after.encode(text).join() !== before.encode(text).join())).toEqual([])
    expect(after.special).toEqual(before.special)
    const messages = [{ role: 'user', content: '猫は?' }] as const
    expect(after.chatTemplate?.render(messages)).toBe(before.chatTemplate?.render(messages))
  })

  it('comes back from Q8_0 with exactly what the blocks mean', async () => {
    const target = join(folder, 'tiny8')
    const file = await exported(TINY_FOLDER, 'Q8_0', 'tiny')
    await convertGguf(file, target)
    const again = join(folder, 'again.gguf')
    const checkpoint = await openCheckpoint(target)
    expect(new Set([...checkpoint.tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['float32']))
    const { config } = checkpoint
    const weights = sourcesOf(checkpoint)
    await writeGgufModel({ modelFolder: '', config, tokenizer: null, weights, mix: 'F32', out: again, name: 'x' })
    const quantized = (await readGgufHeader(file)).tensors.get('blk.0.ffn_up.weight')!
    expect(quantized.type.name).toBe('Q8_0')
    const { worst } = await weightDifference(TINY_FOLDER, target)
    expect(worst).toBeGreaterThan(0)
    expect(worst).toBeLessThan(0.02)
  })

  it('leaves nothing when it is cancelled', async () => {
    const file = await exported(TINY_FOLDER, 'F16', 'tiny')
    const controller = new AbortController()
    const target = join(folder, 'cancelled')
    const converted = convertGguf(file, target, { signal: controller.signal, onBytes: () => controller.abort() })
    await expect(converted).rejects.toMatchObject({ name: 'AbortError' })
    expect((await readdir(folder)).filter((name) => name.includes('cancelled'))).toEqual([])
  })
})

describe('a full disk', () => {
  it('leaves nothing', async () => {
    const file = await exported(join(fixtures, 'llama'), 'F16', 'llama')
    const target = await mkdtemp(join(folder, 'full-'))
    const disk = faultyDisk({ within: target })
    const restore = useDisk(disk)
    await convertGguf(file, join(target, 'whole'))
    restore()
    await rm(join(target, 'whole'), { recursive: true })
    for (let at = 1; at < disk.seen.length; at += 5) {
      const restore = useDisk(faultyDisk({ fault: { at, kind: 'ENOSPC' }, within: target }))
      await expect(convertGguf(file, join(target, 'model'))).rejects.toMatchObject({ error: { code: 'disk-full' } })
      restore()
      expect(await readdir(target)).toEqual([])
    }
  })
})

describe('a vocabulary', () => {
  /** Texts of which a file says too little: how they are normalised, and what is done with spaces and marks. */
  const vague: Readonly<Record<string, RegExp>> = {
    llama_bpe: /[\s▁]|<\/?s>/,
    t5_line_ids: /<s>/,
    t5_unigram_no_fallback: /<s>/,
    unigram_json: /▁|<0xE3>/,
    unigram_json_first: /^[\s▁]|<\/?\w+>/,
    unigram_json_precompiled: /[\s▁\0]|<0xE3>/,
    bpe_json_bytes: /<\/?\w+>/,
  }
  const forms: Readonly<Record<string, 'NFC' | 'NFKC'>> = {
    neox_byte_bpe: 'NFC',
    vocab_merges_qwen2: 'NFC',
    unigram_json: 'NFKC',
    unigram_json_precompiled: 'NFKC',
  }
  const isVague = (name: string, text: string): boolean =>
    (vague[name]?.test(text) ?? false) || text !== text.normalize(forms[name] ?? 'NFC')

  const kinds = [
    'bpe_json_bytes',
    'llama_bpe',
    'neox_byte_bpe',
    't5_line_ids',
    't5_unigram_no_fallback',
    'unigram_json',
    'unigram_json_first',
    'unigram_json_precompiled',
    'vocab_merges_gpt2',
    'vocab_merges_qwen2',
  ]
  it.each(kinds)('%s becomes files with the same ids', async (name) => {
    const before = await loadTokenizer(fixture(name))
    const file = join(folder, `${name}.gguf`)
    const vocabulary = await readVocabulary({ modelFolder: fixture(name), tokenizer: before, size: before.vocabSize })
    await writeGguf(file, new Map([['general.architecture', string('llama')], ...vocabulary]), [])
    const target = await mkdtemp(join(folder, 'tokenizer-'))
    const opened = { file, header: await readGgufHeader(file), small: new Map() }
    for (const { name: part, content } of tokenizerFiles(opened)) await writeFile(join(target, part), content)
    const after = await loadTokenizer(target)
    const lines = linesOf<{ text: string }>(`${name}/tokenizer_expected.json`)
    const texts = lines.map(({ text }) => text).filter((text) => !isVague(name, text))
    expect(texts.length).toBeGreaterThan(30)
    expect(texts.filter((text) => after.encode(text).join() !== before.encode(text).join())).toEqual([])
  })
})

describe('is refused', () => {
  const refusalOf = async (metadata: Metadata): Promise<unknown> => {
    const file = join(folder, 'refused.gguf')
    await writeGguf(file, metadata, [])
    return readGgufModel(file).catch((error: unknown) => (error as { error?: unknown }).error ?? error)
  }

  it('an architecture that the studio does not compute, by its name', async () => {
    expect(await refusalOf(new Map([['general.architecture', string('mamba')]]))).toMatchObject({
      code: 'gguf/architecture',
      facts: { found: 'mamba' },
    })
  })

  it('what lacks its sizes, adapters, and one of several files', async () => {
    const llama = ['general.architecture', string('llama')] as const
    expect(await refusalOf(new Map([llama]))).toMatchObject({ code: 'gguf/metadata' })
    expect(await refusalOf(new Map([llama, ['general.type', string('adapter')]]))).toMatchObject({
      code: 'gguf/metadata',
      facts: { key: 'general.type' },
    })
    expect(await refusalOf(new Map([llama, ['split.count', uint32(3)]]))).toMatchObject({
      code: 'gguf/metadata',
      facts: { key: 'split.count' },
    })
  })
})
