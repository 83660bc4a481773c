import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadTokenizer } from './load.ts'

interface Recorded {
  readonly models: Readonly<Record<string, object>>
  readonly texts: readonly string[]
  readonly cases: readonly {
    readonly name: string
    readonly model: string
    readonly normalizer?: object
    readonly pre_tokenizer?: object
    readonly decoder?: object
    /** Ids, and their text without special tokens and with them. */
    readonly lines: readonly (readonly [number[], string, string])[]
  }[]
}
const file = join(import.meta.dirname, 'fixtures/json_parts.json')
const { models, texts, cases } = JSON.parse(await readFile(file, 'utf8')) as Recorded

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokenizer-'))
})
afterAll(() => rm(folder, { recursive: true }))

it.each(cases)('$name gives the ids and texts of the Rust library', async ({ model, lines, ...parts }) => {
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...models[model], ...parts }))
  const tokenizer = await loadTokenizer(folder)
  const found = texts.map((text, index) => {
    const ids = lines[index]![0]
    return [tokenizer.encode(text), tokenizer.decode(ids), tokenizer.decode(ids, { skipSpecial: false })]
  })
  expect(found.map((line, index) => [texts[index], ...line])).toEqual(
    lines.map((line, index) => [texts[index], ...line]),
  )
})
