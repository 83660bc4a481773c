import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { jsonPreTokenizer } from './json-pre-tokenizer.ts'

const { texts, cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'pre-tokenizers.json'), 'utf8'),
) as {
  readonly texts: readonly string[]
  readonly cases: readonly { readonly pre_tokenizer: object; readonly pieces: unknown }[]
}

it.each(cases.map(({ pre_tokenizer: json, pieces }) => [JSON.stringify(json), json, pieces] as const))(
  'cuts texts as tokenizers does: %s',
  (_, json, pieces) => {
    const cut = jsonPreTokenizer(json)
    expect(texts.map((text) => cut!([text], true))).toEqual(pieces)
  },
)

it('leaves a kind that it does not know to others', () => {
  expect(jsonPreTokenizer({ type: 'UnicodeScripts' })).toBeNull()
  expect(jsonPreTokenizer({ type: 'Sequence', pretokenizers: [{ type: 'constructor' }] })).toBeNull()
})
