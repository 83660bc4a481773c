import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLlamaModel } from '../../llama-cpp/model.ts'
import { noPlatformPackage } from '../../llama-cpp/testing/ggml.ts'
import { loadTokenizer } from '../../tokenizers/index.ts'
import { fixture, linesOf, TINY_FOLDER } from '../../tokenizers/testing/test-support.ts'
import { string } from '../values.ts'
import { writeGguf } from '../writer.ts'
import { readVocabulary } from './index.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function vocabularyOf(modelFolder: string) {
  const tokenizer = await loadTokenizer(modelFolder)
  const metadata = await readVocabulary({ modelFolder, tokenizer, size: tokenizer.vocabSize })
  return { tokenizer, metadata }
}

interface Line {
  readonly text: string
  readonly ids: readonly number[]
}

interface Kind {
  readonly model: string
  readonly pre: string
  /** How many of the recorded texts llama.cpp reads otherwise. */
  readonly wrong: number
  /** Texts that may be among them. */
  readonly differs: (line: Line, piece: (id: number) => string) => boolean
}

const unigram = { model: 't5', pre: 'default' } as const

/** Folders of recorded tokenizers, and what llama.cpp has no way for. */
const kinds: Readonly<Record<string, Kind>> = {
  vocab_merges_gpt2: { model: 'gpt2', pre: 'gpt-2', wrong: 0, differs: () => false },
  vocab_merges_qwen2: { model: 'gpt2', pre: 'qwen2', wrong: 0, differs: () => false },
  bpe_json_bytes: { model: 'llama', pre: 'default', wrong: 0, differs: () => false },
  // No normalisation.
  neox_byte_bpe: { model: 'gpt2', pre: 'gpt-2', wrong: 31, differs: ({ text }) => text !== text.normalize('NFC') },
  // Its BPE keeps spaces that this model takes away, and puts one behind every special token.
  llama_bpe: { model: 'llama', pre: 'default', wrong: 36, differs: ({ text }) => /[\s▁]|<\/?s>/.test(text) },
  // Of two likeliest ways it takes the other one.
  t5_line_ids: {
    ...unigram,
    wrong: 282,
    differs: (line, piece) => lacksPiece(line, piece) || line.text === '」、」？！、！！！」、！？（',
  },
  t5_unigram_no_fallback: { ...unigram, wrong: 2, differs: ({ text }) => text.includes('<s>') },
  // NFKC without SentencePiece's table.
  unigram_json: {
    ...unigram,
    wrong: 60,
    differs: (line, piece) => lacksPiece(line, piece) || line.text !== line.text.normalize('NFKC'),
  },
  unigram_json_first: { ...unigram, wrong: 67, differs: lacksPiece },
  unigram_json_precompiled: { ...unigram, wrong: 47, differs: lacksPiece },
  unigram_json_replace: { ...unigram, wrong: 66, differs: lacksPiece },
}

/** Characters beyond ASCII without a piece are one unknown token. Spaces and special tokens are read loosely too. */
function lacksPiece({ ids, text }: Line, piece: (id: number) => string): boolean {
  return ids.some((id) => /^<0x[89A-F]/.test(piece(id))) || /[\s▁\0]|<\/?\w+>/.test(text)
}

describe.skipIf(noPlatformPackage)('llama.cpp reads', () => {
  it.each(Object.keys(kinds))('%s as the studio does, but for what is known', async (name) => {
    const { model: kind, pre, wrong: count, differs } = kinds[name]!
    const { tokenizer, metadata } = await vocabularyOf(fixture(name))
    expect([metadata.get('tokenizer.ggml.model'), metadata.get('tokenizer.ggml.pre')]).toEqual([
      string(kind),
      string(pre),
    ])
    const file = join(folder, `${name}.gguf`)
    await writeGguf(file, new Map([['general.architecture', string('llama')], ...metadata]), [])
    const model = openLlamaModel({ file, threads: 1, vocabularyOnly: true })
    const lines = linesOf<{ text: string }>(`${name}/tokenizer_expected.json`)
    const wrong = lines
      .map(({ text }) => ({ text, ids: tokenizer.encode(text) }))
      .filter(({ text, ids }) => model.tokenize(text).join() !== ids.join())
    const tokens = metadata.get('tokenizer.ggml.tokens') as unknown as { values: string[] }
    const unexplained = wrong.filter((line) => !differs(line, (id) => tokens.values[id]!))
    model.close()
    expect({ wrong: wrong.length, unexplained }).toEqual({ wrong: count, unexplained: [] })
  })
})

describe('the lists', () => {
  it('have a row for each of the table, and no text twice', async () => {
    const tokenizer = await loadTokenizer(TINY_FOLDER)
    const size = tokenizer.vocabSize + 8
    const metadata = await readVocabulary({ modelFolder: TINY_FOLDER, tokenizer, size })
    const lists = ['tokens', 'scores', 'token_type'].map(
      (name) => metadata.get(`tokenizer.ggml.${name}`) as unknown as { values: unknown[] },
    )
    expect(lists.map(({ values }) => values.length)).toEqual([size, size, size])
    expect(new Set(lists[0]!.values).size).toBe(size)
    expect(metadata.get('tokenizer.ggml.unknown_token_id')).toEqual({ type: 'uint32', value: 0 })
    expect(metadata.get('tokenizer.ggml.add_bos_token')).toEqual({ type: 'bool', value: false })
  })
})
