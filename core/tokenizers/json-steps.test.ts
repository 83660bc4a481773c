import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { jsonNormalizer } from './json-normalizer.ts'
import { jsonPreTokenizer } from './json-pre-tokenizer.ts'
import { jsonDecoder } from './piece-text.ts'

interface Step {
  readonly json: object
  /** Null where the Rust library ends itself. */
  readonly texts: readonly (string | null)[]
}
interface Recorded {
  readonly texts: readonly string[]
  readonly patterns: readonly { readonly pattern: string; readonly cut: readonly (readonly string[])[] }[]
  readonly normalizers: readonly Step[]
  readonly pieces: readonly (readonly string[])[]
  readonly decoders: readonly Step[]
}
const { texts, patterns, normalizers, pieces, decoders } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/json-steps.json'), 'utf8'),
) as Recorded

const named = (steps: readonly Step[]) =>
  steps.map(({ json, texts: wanted }) => [JSON.stringify(json), json, wanted] as const)

it.each(patterns)('cuts at $pattern as Oniguruma does', ({ pattern, cut }) => {
  const split = jsonPreTokenizer({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated' })!
  expect(texts.map((text) => split(text, true))).toEqual(cut)
})

it.each(named(normalizers))('normalises as tokenizers does: %s', (_, json, wanted) => {
  expect(texts.map((text) => jsonNormalizer(json)!(text))).toEqual(wanted)
})

it.each(named(decoders))('decodes as tokenizers does: %s', (_, json, wanted) => {
  const found = pieces.map((list, index) => {
    if (wanted[index] === null) return null
    const stream = jsonDecoder(json)!((id) => list[id]!)
    return list.map((_piece, id) => stream.push(id)).join('') + stream.end()
  })
  expect(found).toEqual(wanted)
})
