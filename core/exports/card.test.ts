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
  expect(await cardWith({}, { adapter: null })).toContain('tags: ["terakoya-studio","peft"]')
  expect(await cardWith({})).toContain('tags: ["terakoya-studio","lora","peft"]')
})

it.each(['peft', 'merged', 'mlx', 'gguf', 'gguf-lora'] as const)(
  'tells how %s came to be and is used',
  async (kind) => {
    const source = await sourceOf(golden)
    const model = { id: 'owner--some-model', name: 'm', folder: base } as ExportSource['record']['model']
    const settings = { ...source.record.settings, 'training.epochs': 7, 'general.llm_backbone': '/home/me/model' }
    const card = cardOf({ ...source, record: { ...source.record, model, settings } }, kind)
    expect(card).toMatch(/^---\n/)
    expect(card).toContain(`base_model_relation: "${['peft', 'gguf-lora'].includes(kind) ? 'adapter' : 'finetune'}"`)
    expect(card).toContain('training.epochs: 7')
    expect(card).toContain('0.5000')
    expect(card).not.toContain('/home/me')
    // Once in each language.
    expect(card.match(/apache-2\.0 /g)?.length ?? 0).toBeGreaterThan(0)
    expect(card.match(/^```/gm)).toHaveLength(4)
  },
)

it('names the data of the Hub with its licence, in each language', async () => {
  const sources = [
    { hub: 'owner/data', licence: 'cc-by-4.0' },
    { hub: 'owner/other', licence: '' },
  ]
  const { record } = await sourceOf(golden)
  const card = await cardWith({ dataset: { ...record.dataset, sources } as never })
  expect(card).toContain('\ndatasets: ["owner/data","owner/other"]\n')
  expect(card.match(/owner\/data .*cc-by-4\.0/g)).toHaveLength(2)
  expect(card.match(/^.*owner\/other .*$/gm)).toHaveLength(2)
})
