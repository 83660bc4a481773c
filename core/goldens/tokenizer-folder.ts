import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadTokenizer } from '../tokenizers/load.ts'

interface Recorded {
  readonly text: string
  readonly ids: readonly number[]
}

export interface TokenizerCheck {
  readonly lines: number
  readonly wrong: number
  readonly firstWrong?: Recorded & { readonly found: readonly number[] }
}

/**
 * Compares a tokenizer's ids with those that Python recorded in the folder's tokenizer_expected.json. Throws what
 * loading the tokenizer throws.
 */
export async function checkTokenizerFolder(folder: string): Promise<TokenizerCheck> {
  const { lines } = JSON.parse(await readFile(join(folder, 'tokenizer_expected.json'), 'utf8')) as {
    lines: readonly Recorded[]
  }
  const tokenizer = await loadTokenizer(folder)
  const wrong = lines
    .map((line) => ({ ...line, found: tokenizer.encode(line.text) }))
    .filter(({ ids, found }) => ids.join() !== found.join())
  return { lines: lines.length, wrong: wrong.length, ...(wrong[0] ? { firstWrong: wrong[0] } : {}) }
}
