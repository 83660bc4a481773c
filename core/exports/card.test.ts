import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cardOf } from './card.ts'
import type { ExportSource } from './source.ts'
import { sourceOf } from './testing/golden-exports.ts'

const base = join(import.meta.dirname, '..', 'models', 'fixtures', 'llama')
const golden = { name: 'llama', base, adapter: join(base, 'adapter') }

async function cardWith(record: Partial<ExportSource['record']>, changes: Partial<ExportSource> = {}): Promise<string> {
  const source = await sourceOf(golden)
  return cardOf({ ...source, ...changes, record: { ...source.record, ...record } }, 'peft')
}

it('names the base on the Hub where its folder does, and nothing that would be no link', async () => {
  const model = { id: 'owner--some-model', name: 'm', folder: base } as ExportSource['record']['model']
  expect(await cardWith({ model })).toContain('\nbase_model: "owner/some-model"\n')
  expect(await cardWith({})).not.toContain('base_model')
})

it('keeps names text, whatever is in them', async () => {
  const card = await cardWith({
    name: 'a\n---\n# <script>x</script> [b](http://c)',
    dataset: { name: '`d` *e*' } as never,
  })
  const title = card.split('\n').find((line) => line.startsWith('# '))
  expect(title).toBe('# a --- \\# \\<script\\>x\\</script\\> \\[b\\](http://c)')
  expect(card).toContain('\\`d\\` \\*e\\*')
  expect(card.match(/^---$/gm)).toHaveLength(3)
})

it('says where no adapter was trained', async () => {
  expect(await cardWith({}, { adapter: null })).toContain('tags: ["peft"]')
  expect(await cardWith({})).toContain('tags: ["lora","peft"]')
})
