import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { convertCommand } from './data-convert.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-conversations-'))
  for (const stream of ['log', 'error'] as const) vi.spyOn(console, stream).mockReset().mockReturnValue()
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => join(folder, name)
const linesOf = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')

/** What is written of these records. */
async function converted(records: readonly object[], ...args: readonly string[]): Promise<unknown[]> {
  await writeFile(at('in.jsonl'), linesOf(records))
  await convertCommand([at('in.jsonl'), at('out.jsonl'), ...args])
  return (await readFile(at('out.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

const tools = [{ type: 'function', function: { name: 'weather' } }]
const messages = [
  { role: 'system', content: '案内係です。' },
  { role: 'user', content: '天気は?' },
  { role: 'assistant', content: '晴れです。' },
  { role: 'user', content: '明日は?' },
  { role: 'assistant', content: '雨です。' },
]
const [system, ...turns] = messages
const shareGpt = turns.map(({ role, content }) => ({ from: role === 'user' ? 'human' : 'gpt', value: content }))

describe('conversations that are written as messages', () => {
  it.each([
    ['are what they were', [{ messages, tools }], [{ messages, tools }]],
    ['have the roles of OpenAI', [{ conversations: shareGpt }], [{ messages: turns }]],
    [
      'begin with the system text beside them',
      [{ conversations: shareGpt, system: system?.content, tools: '[]' }],
      [{ messages, tools: [] }],
    ],
    [
      'have one system message',
      [{ messages, system: '短く。' }],
      [{ messages: [{ role: 'system', content: '短く。\n\n案内係です。' }, ...turns] }],
    ],
    ['do not repeat the system text', [{ messages, system: system?.content }], [{ messages }]],
    [
      'keep calls of tools and what they give',
      [
        {
          conversations: [
            { from: 'human', value: 'q' },
            { from: 'function_call', value: '{"name":"f","arguments":{"a":1}}' },
            { from: 'observation', value: '晴' },
            { from: 'gpt', value: 'a' },
          ],
        },
      ],
      [
        {
          messages: [
            { role: 'user', content: 'q' },
            { role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'f', arguments: { a: 1 } } }] },
            { role: 'tool', content: '晴' },
            { role: 'assistant', content: 'a' },
          ],
        },
      ],
    ],
    [
      'keep everything else of a message',
      [
        {
          messages: [
            { role: 'user', content: [{ type: 'text', text: 'q' }], name: 'x' },
            { role: 'assistant', content: null, tool_calls: [{ id: '1' }] },
          ],
        },
      ],
      [
        {
          messages: [
            { role: 'user', content: [{ type: 'text', text: 'q' }], name: 'x' },
            { role: 'assistant', content: null, tool_calls: [{ id: '1' }] },
          ],
        },
      ],
    ],
    [
      'are made of questions and answers',
      [{ system: 's', prompt: 'q', answer: 'a', tools }],
      [
        {
          messages: [
            { role: 'system', content: 's' },
            { role: 'user', content: 'q' },
            { role: 'assistant', content: 'a' },
          ],
          tools,
        },
      ],
    ],
    ['stay a text where they are none', [{ messages: 'not JSON' }], [{ conversation: 'not JSON' }]],
  ])('%s', async (_, records, expected) =>
    expect(await converted(records, '--format', 'jsonl-messages')).toEqual(expected),
  )

  it('are one again after they were rows', async () => {
    const records = [{ messages, tools }, { messages: turns.slice(0, 2) }, { messages }]
    await writeFile(at('in.jsonl'), linesOf(records))
    await convertCommand([at('in.jsonl'), at('rows.csv'), '--conversations', 'rows'])
    await convertCommand([at('rows.csv'), at('out.jsonl'), '--format', 'jsonl-messages'])
    expect(await readFile(at('out.jsonl'), 'utf8')).toBe(linesOf(records))
  })
})

describe('lists and objects', () => {
  const records = [
    { id: '1', messages, meta: { tags: ['あ'], n: 12345678901234567890n.toString() }, text: '[1]' },
    { id: '2', messages: turns, meta: { tags: [], n: '' }, text: '{"a":1}' },
  ]

  it.each(['jsonl', 'parquet'])('are lists and objects again, by way of %s, and texts stay texts', async (ending) => {
    await writeFile(at('in.jsonl'), linesOf(records))
    await convertCommand([at('in.jsonl'), at(`there.${ending}`)])
    await convertCommand([at(`there.${ending}`), at('back.jsonl')])
    expect(await readFile(at('back.jsonl'), 'utf8')).toBe(linesOf(records))
  })

  it('that differ from row to row stay exact in Parquet', async () => {
    const uneven = [{ meta: { a: 1 } }, { meta: { b: [null, 'x'] } }, { meta: ['c'] }]
    await writeFile(at('in.jsonl'), linesOf(uneven))
    await convertCommand([at('in.jsonl'), at('there.parquet')])
    await convertCommand([at('there.parquet'), at('back.csv'), '--no-bom'])
    expect(await readFile(at('back.csv'), 'utf8')).toBe(
      'meta\r\n"{""a"":1}"\r\n"{""b"":[null,""x""]}"\r\n"[""c""]"\r\n',
    )
  })

  it('of an answer are what they were', async () =>
    expect(await converted([{ instruction: 'x', output: { a: [1, { b: 'い' }] } }])).toEqual([
      { instruction: 'x', output: { a: [1, { b: 'い' }] } },
    ]))

  it('of messages are read as conversations once more', async () => {
    await converted([{ messages: turns, weight: 0.5 }])
    await convertCommand([at('out.jsonl'), at('rows.jsonl'), '--conversations', 'rows'])
    expect((await readFile(at('rows.jsonl'), 'utf8')).split('\n')[0]).toContain(
      '"prompt":"天気は?","answer":"晴れです。"',
    )
  })
})
