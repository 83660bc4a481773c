import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadTokenizer, type Tokenizer } from '../core/tokenizers/index.ts'
import { medianOf, root } from './measure.ts'

const BYTES = 10_000_000
const RUNS = 3
const fixtures = join(root, 'core', 'tokenizers', 'fixtures')

/** SentencePiece Unigram and BPE, and a byte-level BPE (through @huggingface/tokenizers). */
const measured = { unigram: 't5_line_ids', sentencePieceBpe: 'llama_bpe', byteLevelBpe: 'neox_byte_bpe' } as const

/**
 * Tokens a second of one thread, row by row, on 10 MB of Japanese: the lines that the tokenizers' references were
 * recorded with, over and over.
 */
export async function measureTokenizer() {
  const lines = await japaneseLines()
  const found: Partial<Record<keyof typeof measured, { tokens: number; tokensPerSecond: number }>> = {}
  for (const [kind, folder] of Object.entries(measured) as [keyof typeof measured, string][]) {
    const tokenizer: Tokenizer = await loadTokenizer(join(fixtures, folder))
    let tokens = 0
    const ms = await medianOf(RUNS, () => {
      tokens = lines.reduce((sum, line) => sum + tokenizer.encode(line).length, 0)
    })
    found[kind] = { tokens, tokensPerSecond: Math.round(tokens / (ms / 1000)) }
  }
  return { bytes: BYTES, ...(found as Record<keyof typeof measured, { tokens: number; tokensPerSecond: number }>) }
}

async function japaneseLines(): Promise<string[]> {
  const folders = (await readdir(fixtures, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  const files = await Promise.all(
    folders.map(
      async (folder) =>
        JSON.parse(await readFile(join(fixtures, folder, 'tokenizer_expected.json'), 'utf8')) as {
          lines: { text: string }[]
        },
    ),
  )
  const once = files.flatMap(({ lines }) => lines.map(({ text }) => text))
  const lines: string[] = []
  for (let bytes = 0; bytes < BYTES;) {
    const line = once[lines.length % once.length] as string
    lines.push(line)
    bytes += Buffer.byteLength(line) + 1
  }
  return lines
}
