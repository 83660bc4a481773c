import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadTokenizer } from '../core/tokenizers/index.ts'
import { medianOf, root } from './measure.ts'
import { modelFolder } from './training.ts'

const CHARACTERS = 1_000_000
const RUNS = 3

/** Tokens a second of one thread, row by row, on the project's own Japanese text. */
export async function measureTokenizer() {
  const tokenizer = await loadTokenizer(modelFolder)
  const files = ['README.md', 'resources/models/terakoya-tiny-ja/README.md', 'resources/tutorial/sample_dataset.csv', 'resources/tutorial/questions.json']
  const text = (await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))).join('\n')
  const lines = text.repeat(Math.ceil(CHARACTERS / text.length)).slice(0, CHARACTERS).split('\n')
  let tokenCount = 0
  const ms = await medianOf(RUNS, () => { tokenCount = lines.reduce((sum, line) => sum + tokenizer.encode(line).length, 0) })
  return { characters: CHARACTERS, tokens: tokenCount, tokensPerSecond: Math.round(tokenCount / (ms / 1000)), charactersPerSecond: Math.round(CHARACTERS / (ms / 1000)) }
}
