import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadTokenizer, type Tokenizer } from './index.ts'
import { fixture, linesOf, TINY_FOLDER } from './testing/test-support.ts'

interface Line {
  readonly text: string
  readonly ids: number[]
}

const mismatches = (lines: readonly Line[], encode: (text: string) => number[]) =>
  lines
    .map(({ text, ids }) => ({ text, ids, found: encode(text) }))
    .filter(({ ids, found }) => ids.join() !== found.join())

describe('the shipped tiny model', () => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await loadTokenizer(TINY_FOLDER)
  })

  it('encodes all 301 recorded texts as sentencepiece does', () => {
    const lines = linesOf<Line>('tiny_expected.json')
    expect(lines).toHaveLength(301)
    expect(mismatches(lines, (text) => tokenizer.encode(text, { recogniseSpecial: false }))).toEqual([])
  })

  it('knows its marks and size', () => {
    expect(tokenizer.special).toEqual({ bos: 1, eos: 2, pad: 3, unk: 0 })
    expect(tokenizer.vocabSize).toBe(8192)
    expect(tokenizer.specialText(2)).toBe('</s>')
  })

  it('takes strings of special tokens as their ids, or as text when asked', () => {
    expect(tokenizer.encode('東京</s>')).toEqual([...tokenizer.encode('東京'), 2])
    expect(tokenizer.encode('</s>', { recogniseSpecial: false })).not.toContain(2)
  })

  it('leaves special tokens out of decoded text, or writes them when asked', () => {
    const ids = tokenizer.encode('<s>東京</s>')
    expect([tokenizer.decode(ids), tokenizer.decode(ids, { skipSpecial: false })]).toEqual(['東京', '<s>東京</s>'])
  })

  it('renders its chat template', () => {
    const template = tokenizer.chatTemplate!
    expect(template.render([{ role: 'user', content: '質問' }], { addGenerationPrompt: true })).toBe(
      'ユーザー: 質問\nシステム: ',
    )
    expect(
      template.render([
        { role: 'system', content: '規則' },
        { role: 'user', content: '質問' },
        { role: 'assistant', content: '答え' },
      ]),
    ).toBe('規則\nユーザー: 質問\nシステム: 答え</s>')
  })
})

describe.each(['t5_line_ids', 't5_unigram_no_fallback', 'llama_bpe'])('the tokenizer folder %s', (name) => {
  it('encodes every recorded text as its Python class does', async () => {
    const tokenizer = await loadTokenizer(fixture(name))
    const lines = linesOf<Line>(`${name}/tokenizer_expected.json`)
    expect(lines).toHaveLength(800)
    expect(mismatches(lines, (text) => tokenizer.encode(text))).toEqual([])
  })

  it('decodes a stream to the same text as the whole', async () => {
    const tokenizer = await loadTokenizer(fixture(name))
    for (const { ids } of linesOf<Line>(`${name}/tokenizer_expected.json`)) {
      const decoder = tokenizer.streamDecoder()
      expect(ids.map((id) => decoder.push(id)).join('') + decoder.end()).toBe(tokenizer.decode(ids))
    }
  })
})

describe('folders that cannot be loaded', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokenizer-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('names a folder without a tokenizer', async () => {
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      error: { code: 'tokenizer/missing', facts: { folder } },
    })
  })

  it('names a tokenizer of a kind that is not read, and what is', async () => {
    const only = await mkdtemp(join(folder, 'tekken-'))
    await writeFile(join(only, 'tekken.json'), '{}')
    await expect(loadTokenizer(only)).rejects.toMatchObject({
      error: { code: 'tokenizer/unsupported', facts: { file: 'tekken.json', found: 'tekken' } },
    })
  })

  it('names a vocabulary that is none', async () => {
    const broken = await mkdtemp(join(folder, 'vocab-'))
    await writeFile(join(broken, 'vocab.json'), '{"a": "b"}')
    await writeFile(join(broken, 'merges.txt'), '#version: 0.2\n')
    await expect(loadTokenizer(broken)).rejects.toMatchObject({
      error: { code: 'tokenizer/damaged', facts: { file: join(broken, 'vocab.json') } },
    })
  })

  it('names a damaged model file and the place', async () => {
    const file = join(folder, 'spiece.model')
    await writeFile(file, Uint8Array.from([0x0a, 0x20, 0x0a, 0x03]))
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      error: { code: 'tokenizer/damaged', facts: { file, position: 2 } },
    })
  })
})

describe('files beside a tokenizer', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokenizer-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const write = (name: string, content: unknown) => writeFile(join(folder, name), JSON.stringify(content))
  const tiny = (name: string) => join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja', name)

  it('added_tokens.json gives words and marks, where tokenizer_config.json lists none', async () => {
    await copyFile(tiny('spiece.model'), join(folder, 'spiece.model'))
    await write('added_tokens.json', { '<|im_end|>': 32000, 寺子屋: 32001, '▁▁▁': 32002 })
    await write('special_tokens_map.json', { additional_special_tokens: ['<|im_end|>'] })
    const tokenizer = await loadTokenizer(folder)
    expect(tokenizer.encode('寺子屋<|im_end|>')).toEqual([32001, 32000])
    expect(tokenizer.decode([32001, 32000])).toBe('寺子屋')
    expect(tokenizer.decode([32001, 32002, 32001])).toBe('寺子屋   寺子屋')
    expect(tokenizer.vocabSize).toBe(32003)
    await write('tokenizer_config.json', { added_tokens_decoder: {} })
    expect((await loadTokenizer(folder)).encode('寺子屋')).not.toContain(32001)
  })

  it('added_tokens.json with ids that are none is named', async () => {
    await copyFile(tiny('spiece.model'), join(folder, 'spiece.model'))
    await write('added_tokens.json', { a: 'b' })
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      error: { code: 'tokenizer/setting', facts: { file: join(folder, 'added_tokens.json'), setting: 'a' } },
    })
  })

  it.each(['IQ== 0\nIg== 1\n', 'IQ== 0\r\nIg== 1\r\n', 'IQ== 0', 'IQ==\t0\n', `${'44GC'.repeat(900)} 0\nIg== 1\n`])(
    "tiktoken's tokenizer.model gives way to tokenizer.json, and is named where it stands alone: %j",
    async (ranks) => {
      await writeFile(join(folder, 'tokenizer.model'), ranks)
      await expect(loadTokenizer(folder)).rejects.toMatchObject({
        error: { code: 'tokenizer/unsupported', facts: { found: 'tiktoken' } },
      })
      await copyFile(tiny('tokenizer.json'), join(folder, 'tokenizer.json'))
      expect((await loadTokenizer(folder)).encode('こんにちは').length).toBeGreaterThan(0)
    },
  )

  it.each([
    ['', 'tokenizer/damaged'],
    [`version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 9\n`, 'file/lfs-pointer'],
  ])('a tokenizer.model without contents gives way to tokenizer.json, and is named alone: %j', async (text, code) => {
    await writeFile(join(folder, 'tokenizer.model'), text)
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ error: { code } })
    await copyFile(tiny('tokenizer.json'), join(folder, 'tokenizer.json'))
    expect((await loadTokenizer(folder)).encode('こんにちは').length).toBeGreaterThan(0)
  })

  it('added words of a WordPiece tokenizer.json are found as whole words only', async () => {
    const word = { id: 6, content: 'cat', single_word: true, special: false, normalized: false }
    await write('tokenizer.json', {
      added_tokens: [word],
      normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: null,
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: { '[UNK]': 0, con: 1, '##cat': 2, cats: 3, 猫: 4, '𠮷': 5 },
      },
    })
    const tokenizer = await loadTokenizer(folder)
    expect(tokenizer.encode('cat CATS concat 猫𠮷')).toEqual([6, 3, 1, 2, 4, 5])
    expect(tokenizer.decode([6, 3, 1, 2, 4])).toBe('cat cats concat 猫')
  })

  it('added tokens of ▁ stay as they are where the decoder does not make blanks of ▁', async () => {
    await write('tokenizer.json', {
      added_tokens: [{ id: 1, content: '▁▁', special: false, normalized: true }],
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
    })
    expect((await loadTokenizer(folder)).decode([0, 1, 0])).toBe('a▁▁a')
  })

  it('added tokens of ▁ in a tokenizer.json are blanks when they are decoded', async () => {
    await write('tokenizer.json', {
      added_tokens: [{ id: 3, content: '▁▁', special: false, normalized: false }],
      normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      pre_tokenizer: null,
      post_processor: null,
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
        ],
      },
      model: { type: 'BPE', vocab: { a: 0, b: 1, '▁': 2, '▁▁': 3 }, merges: ['▁ ▁'] },
    })
    const tokenizer = await loadTokenizer(folder)
    expect(tokenizer.encode('a  b')).toEqual([0, 3, 1])
    expect(tokenizer.decode([0, 3, 1])).toBe('a  b')
  })
})
