import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkTokenizerFolder } from '../goldens/tokenizer-folder.ts'
import { loadTokenizer } from './load.ts'
import { linesOf } from './testing/test-support.ts'

const temporary: string[] = []
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tokenizer-'))
  temporary.push(folder)
  return folder
}
afterAll(() => Promise.all(temporary.map((folder) => rm(folder, { recursive: true }))))

/** A copy of a fixture with other settings around it. */
async function folderWith(
  name: string,
  {
    added = [],
    settings = {},
    config,
  }: { readonly added?: object[]; readonly settings?: object; readonly config?: object },
): Promise<string> {
  const folder = await temporaryFolder()
  const json = JSON.parse(await readFile(join(fixtures, name, 'tokenizer.json'), 'utf8')) as { added_tokens: object[] }
  await writeFile(
    join(folder, 'tokenizer.json'),
    JSON.stringify({ ...json, added_tokens: [...json.added_tokens, ...added] }),
  )
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(settings))
  if (config) await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  return folder
}

const fixtures = join(import.meta.dirname, 'fixtures')
const folders = (await readdir(fixtures, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

describe('recorded tokenizers', () => {
  it.each(folders)('%s gives the ids of Python for every line', async (name) => {
    const { lines, wrong, firstWrong } = await checkTokenizerFolder(join(fixtures, name))
    expect({ wrong, firstWrong }).toEqual({ wrong: 0, firstWrong: undefined })
    expect(lines).toBeGreaterThan(50)
  })
})

interface Decoded {
  readonly text: string
  readonly ids: number[]
  readonly decoded?: string
  readonly decodedWithSpecial?: string
}

describe.each(folders.filter((name) => name.includes('_json')))('the text of %s', (name) => {
  it('is what Python decodes, with and without special tokens, whole and streamed', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, name))
    for (const { text, ids, decoded, decodedWithSpecial } of linesOf<Decoded>(`${name}/tokenizer_expected.json`)) {
      const stream = tokenizer.streamDecoder()
      const streamed = ids.map((id) => stream.push(id)).join('') + stream.end()
      expect({
        text,
        decoded: tokenizer.decode(ids),
        decodedWithSpecial: tokenizer.decode(ids, { skipSpecial: false }),
        streamed,
      }).toEqual({ text, decoded, decodedWithSpecial, streamed: decoded })
    }
  })
})

describe.each(folders)('a stream of %s', (name) => {
  it('can be cut at any token: what was given so far only grows, by whole characters', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, name))
    const ids = tokenizer.encode('檻の中の👨‍👩‍👧と𠮷野家、ｶﾞ mixed 🫠🫠\n終わり')
    const whole = tokenizer.decode(ids)
    for (let cut = 0; cut <= ids.length; cut++) {
      const decoder = tokenizer.streamDecoder()
      const begun = ids
        .slice(0, cut)
        .map((id) => decoder.push(id))
        .join('')
      expect(whole.startsWith(begun) && !/[\ud800-\udbff]$/.test(begun)).toBe(true)
      expect(
        begun +
          ids
            .slice(cut)
            .map((id) => decoder.push(id))
            .join('') +
          decoder.end(),
      ).toBe(whole)
    }
  })

  it('encodes a long text without spaces or lines in one go', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, name))
    const count = tokenizer.encode('設定を保存しました。モデルの🫠'.repeat(10_000)).length
    expect(count).toBeGreaterThan(60_000)
  })
})

const hard = ['日本語 mixed English', '😀👨‍👩‍👧 絵文字', '𠮷野家', 'か\u3099', 'tab\tと改行\n', '\ufeffBOM', '檻ë']

describe.each(['neox_byte_bpe', 'bpe_json_bytes', 'unigram_json', 'unigram_json_precompiled', 'unigram_json_replace'])(
  '%s',
  (name) => {
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
      for (const text of ['日本語 mixed English', '😀 絵文字', '𠮷野家', '檻ë'])
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    })

    it('shows what is left of a character at the end', async () => {
      const tokenizer = await loadTokenizer(join(fixtures, name))
      expect(tokenizer.decode([...tokenizer.encode('あ'), ...tokenizer.encode('🫠').slice(0, -1)])).toMatch(
        /^あ ?\ufffd+$/,
      )
    })
  },
)

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

  it('are those that tokenizer_config.json names or adds, too', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, 'unigram_json_replace'))
    expect(tokenizer.special).toEqual({ bos: 1, eos: 4, pad: 3, unk: 0 })
    const ids = tokenizer.encode('保存<end><cfg><tag>')
    expect([ids.slice(-3).map((id) => tokenizer.specialText(id)), tokenizer.decode(ids)]).toEqual([
      ['<end>', '<cfg>', '<tag>'],
      '保存<tag>',
    ])
    expect(tokenizer.vocabSize).toBe((ids.at(-2) ?? 0) + 1)
  })

  it('leave added words in place when special strings are ordinary text', async () => {
    for (const name of ['unigram_json_replace', 'bpe_with_words']) {
      const tokenizer = await loadTokenizer(
        name === 'bpe_with_words'
          ? await folderWith('bpe_json_bytes', {
              added: [{ id: 1400, content: '<tag>', special: false, normalized: false }],
            })
          : join(fixtures, name),
      )
      const ids = tokenizer.encode('<s>保存<tag>', { recogniseSpecial: false })
      expect([tokenizer.specialText(ids.at(-1) as number), ids.includes(1), tokenizer.decode(ids)]).toEqual([
        '<tag>',
        false,
        '<s>保存<tag>',
      ])
    }
  })

  it('come from config.json where the tokenizer does not name them', async () => {
    const tokenizer = await loadTokenizer(
      await folderWith('bpe_json_bytes', {
        settings: { unk_token: '<unk>', bos_token: '<s>' },
        config: { bos_token_id: 9, eos_token_id: [2, 7], pad_token_id: null },
      }),
    )
    expect(tokenizer.special).toEqual({ bos: 1, eos: 2, unk: 0 })
  })

  it('render the chat template called default, with the texts of marks', async () => {
    const { chatTemplate } = await loadTokenizer(join(fixtures, 'unigram_json_replace'))
    const messages = [
      { role: 'system', content: '規則' },
      { role: 'user', content: '質問' },
      { role: 'assistant', content: '答え' },
      { role: 'user', content: '次' },
    ] as const
    expect(chatTemplate?.render(messages, { addGenerationPrompt: true })).toBe(
      '<s>system: 規則<end>user: 質問<end>assistant: 答え<end>user: 次<end>assistant: ',
    )
    expect(chatTemplate?.render(messages.slice(0, 3))).toBe('<s>system: 規則<end>user: 質問<end>assistant: 答え<end>')
  })

  it('render chat_template.jinja rather than the template in the settings', async () => {
    const folder = await folderWith('bpe_json_bytes', { settings: { chat_template: 'old' } })
    await writeFile(
      join(folder, 'chat_template.jinja'),
      '{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}',
    )
    expect((await loadTokenizer(folder)).chatTemplate?.render([{ role: 'user', content: 'やあ' }])).toBe('<user>やあ\n')
  })

  it('render the chat template of tokenizer_config.json', async () => {
    const { chatTemplate } = await loadTokenizer(join(fixtures, 'unigram_json'))
    expect(chatTemplate?.render([{ role: 'user', content: 'やあ' }], { addGenerationPrompt: true })).toBe(
      'user: やあ\nassistant: ',
    )
  })
})

describe('a tokenizer.json that cannot be used', () => {
  let folder: string
  beforeAll(async () => {
    folder = await temporaryFolder()
  })

  it.each([
    [{ model: { type: 'Unigram', vocab: [['a', 'b']] } }, 'tokenizer/damaged'],
    [{ model: { type: 'Unigram', vocab: [['a', -1]] }, normalizer: { type: 'Precompiled' } }, 'tokenizer/damaged'],
    [{ model: { type: 'BPE', vocab: { a: 0 } } }, 'tokenizer/damaged'],
    [
      { model: { type: 'BPE', vocab: { a: 0 }, merges: [] }, pre_tokenizer: { type: 'Unheard' } },
      'tokenizer/unsupported',
    ],
    [{ model: { type: 'WordLevel', vocab: {} } }, 'tokenizer/unsupported'],
    [{ model: { type: 'Unigram', vocab: [['a', -1]] }, normalizer: { type: 'Nmt' } }, 'tokenizer/unsupported'],
    [{ model: 5 }, 'tokenizer/damaged'],
  ])('is named: %j', async (json, code) => {
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json))
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      error: { code, facts: { file: join(folder, 'tokenizer.json') } },
    })
  })
})
