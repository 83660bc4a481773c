import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkTokenizerFolder } from './check.ts'
import { loadTokenizer } from './load.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const folders = (await readdir(fixtures, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)

describe('recorded tokenizers', () => {
  it.each(folders)('%s gives the ids of Python for every line', async (name) => {
    const { lines, wrong, firstWrong } = await checkTokenizerFolder(join(fixtures, name))
    expect({ wrong, firstWrong }).toEqual({ wrong: 0, firstWrong: undefined })
    expect(lines).toBeGreaterThan(50)
  })
})

const hard = ['日本語 mixed English', '😀👨‍👩‍👧 絵文字', '𠮷野家', 'か\u3099', 'tab\tと改行\n', '\ufeffBOM', '檻ë']

describe.each(['neox_byte_bpe', 'unigram_json', 'unigram_json_precompiled'])('%s', (name) => {
  it('never streams a broken character, and the pieces joined are the whole text', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, name))
    for (const text of hard) {
      const ids = tokenizer.encode(text)
      const decoder = tokenizer.streamDecoder()
      const pieces = ids.map((id) => decoder.push(id))
      expect(pieces.join('') + decoder.end()).toBe(tokenizer.decode(ids))
      for (const piece of pieces) expect(piece).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|\ufffd/)
    }
  })

  it('gives the text back but for what its normaliser changes', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, name))
    for (const text of ['日本語 mixed English', '😀 絵文字', '𠮷野家', '檻ë']) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  })

  it('shows what is left of a character at the end', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, name))
    expect(tokenizer.decode([...tokenizer.encode('あ'), ...tokenizer.encode('🫠').slice(0, -1)])).toMatch(/^あ ?\ufffd+$/)
  })
})

describe('special tokens and templates of a tokenizer.json', () => {
  it('become ids, or stay text when asked, and are hidden when decoded', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, 'unigram_json'))
    expect(tokenizer.special).toEqual({ bos: 1, eos: 2, pad: 3, unk: 0 })
    const ids = tokenizer.encode('<s>はい</s>')
    expect([ids[0], ids.at(-1)]).toEqual([1, 2])
    expect([tokenizer.decode(ids), tokenizer.decode(ids, { skipSpecial: false })]).toEqual(['はい', '<s>はい</s>'])
    const plain = tokenizer.encode('<s>はい</s>', { recogniseSpecial: false })
    expect(plain).not.toContain(1)
    expect(tokenizer.decode(plain)).toBe('<s>はい</s>')
  })

  it('render the chat template of tokenizer_config.json', async () => {
    const { chatTemplate } = await loadTokenizer(join(fixtures, 'unigram_json'))
    expect(chatTemplate?.render([{ role: 'user', content: 'やあ' }], { addGenerationPrompt: true })).toBe('user: やあ\nassistant: ')
  })
})

describe('a tokenizer.json that cannot be used', () => {
  let folder: string
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'tokenizer-')) })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    [{ model: { type: 'WordLevel', vocab: {} } }, 'tokenizer/unsupported'],
    [{ model: { type: 'Unigram', vocab: [['a', -1]] }, normalizer: { type: 'BertNormalizer' } }, 'tokenizer/unsupported'],
    [{ model: 5 }, 'tokenizer/damaged'],
  ])('is named: %j', async (json, code) => {
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json))
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ error: { code, facts: { file: join(folder, 'tokenizer.json') } } })
  })
})
