import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '../../texts/index.ts'
import { defaultSettings, type SettingValues, type UserError } from '../contract/index.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { readSamples, readSampleSet, type TrainingRow, type SampleWarning } from './sample-files.ts'

let tokenizer: Tokenizer
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-samples-'))
  tokenizer = await loadTokenizer(join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja'))
})
afterAll(() => rm(folder, { recursive: true }))

type Given = Partial<TrainingRow>
async function write(rows: readonly Given[]): Promise<string> {
  const file = join(folder, 'rows.jsonl')
  await writeFile(
    file,
    rows
      .map(
        (row, index) => `${JSON.stringify({ rowId: index, rowNumber: index + 1, prompt: '', answer: '', ...row })}\n`,
      )
      .join(''),
  )
  return file
}
const read = async (rows: readonly Given[], settings: Partial<SettingValues> = {}) =>
  readSampleSet(await write(rows), tokenizer, { ...defaultSettings(), ...settings })
const textsOf = async (rows: readonly Given[], settings: Partial<SettingValues> = {}) =>
  (await read(rows, settings)).samples.map(({ ids }) => tokenizer.decode(ids, { skipSpecial: false }))

describe('rows of a file', () => {
  it('are refused with the file where a line is not ours, or there is none', async () => {
    const codeOf = (file: string) =>
      readSampleSet(file, tokenizer, defaultSettings()).then(
        () => null,
        (error: UserError) => error.error,
      )
    const good = '{"rowId":1,"rowNumber":1,"prompt":"a","answer":"b"}\n'
    const file = join(folder, 'spoilt.jsonl')
    for (const line of [
      '\u000e0RA\\C',
      '{"rowId":2',
      'null',
      '[]',
      '{"rowId":2,"rowNumber":2,"prompt":3,"answer":"b"}',
      '{"rowId":2,"rowNumber":2,"prompt":"a","answer":"b","promptParts":"a"}',
    ]) {
      await writeFile(file, `${good}${line}\n${good}`)
      expect(await codeOf(file), line).toEqual({ code: 'experiment/damaged', facts: { file } })
    }
    await rm(file)
    expect(await codeOf(file)).toEqual({ code: 'experiment/incomplete', facts: { file } })
  })

  it('join their prompt columns as the setting says', async () => {
    const rows = [{ prompt: 'x', promptParts: ['質問', '入力'], answer: '答え' }]
    expect(await textsOf(rows)).toEqual(['ユーザー: 質問\n\n入力\nシステム: 答え</s>'])
    expect(await textsOf(rows, { 'dataset.prompt_column_separator': 'two-spaces' })).toEqual([
      'ユーザー: 質問  入力\nシステム: 答え</s>',
    ])
  })

  const chain: Given[] = [
    { id: '2', parentId: '1', prompt: '三', answer: '四', system: '別' },
    { id: '1', prompt: '一', answer: '二', system: '規則' },
  ]

  it('are learnt with their conversation from its root and with the system text of the root', async () => {
    expect(await textsOf(chain)).toEqual([
      '規則\nユーザー: 一\nシステム: 二</s>ユーザー: 三\nシステム: 四</s>',
      '規則\nユーザー: 一\nシステム: 二</s>',
    ])
    expect(await textsOf(chain, { 'dataset.limit_chained_samples': true })).toEqual([
      '規則\nユーザー: 一\nシステム: 二</s>ユーザー: 三\nシステム: 四</s>',
    ])
    expect(
      await textsOf(chain, {
        'dataset.sample_format': 'h2o',
        'dataset.limit_chained_samples': true,
        'dataset.add_eos_token_to_prompt': false,
        'dataset.text_system_start': 'S:',
      }),
    ).toEqual(['S:規則</s><|prompt|>一<|answer|>二</s><|prompt|>三<|answer|>四</s>'])
  })

  it('may hold a whole conversation, whose last question and answer are shown', async () => {
    const conversation = JSON.stringify([
      { role: 'user', content: '一' },
      { role: 'assistant', content: '二' },
      { role: 'user', content: '三' },
      { role: 'assistant', content: '四' },
    ])
    const { samples } = await read([{ conversation, system: '規則' }])
    expect(
      samples.map(({ prompt, answer, promptIds, labelMask }) => [
        prompt,
        answer,
        tokenizer.decode(promptIds, { skipSpecial: false }),
        [...labelMask].filter((counts) => counts === 1).length,
      ]),
    ).toEqual([['三', '四', '規則\nユーザー: 一\nシステム: 二</s>ユーザー: 三\nシステム: ', 4]])
    const [last] = (await read([{ conversation }], { 'dataset.only_last_answer': true })).samples
    expect([...(last?.labelMask ?? [])].filter((counts) => counts === 1).length).toBe(2)
  })

  it('are left out with their number and the reason, and told in one sentence a reason', async () => {
    const rows: Given[] = [
      { prompt: '一', answer: '二' },
      { prompt: '一', answer: ' ' },
      { conversation: '{' },
      { conversation: '[]' },
      { id: 'a', answer: '' },
      { id: 'b', parentId: 'a', answer: '二' },
      { id: 'b', answer: '二' },
      { id: 'c', parentId: 'c', answer: '二' },
    ]
    const { samples, leftOut } = await read(rows)
    expect(samples.length).toBe(1)
    expect(leftOut).toEqual([
      { rowNumber: 2, code: 'no-answer' },
      { rowNumber: 3, code: 'conversation-unreadable' },
      { rowNumber: 4, code: 'conversation-unanswered' },
      { rowNumber: 5, code: 'no-answer' },
      { rowNumber: 6, code: 'parent-left-out' },
      { rowNumber: 7, code: 'id-duplicate' },
      { rowNumber: 8, code: 'parent-circular' },
    ])
    const events: SampleWarning[] = []
    await readSamples(await write(rows), tokenizer, defaultSettings(), (event) => events.push(event))
    const told = events.flatMap((event) =>
      event.kind === 'log' ? [[event.code, event.facts['count'], event.facts['firstRow']]] : [],
    )
    expect(told).toEqual([
      ['run/rows-skipped', 2, 2],
      ['run/rows-conversation-unreadable', 1, 3],
      ['run/rows-conversation-unanswered', 1, 4],
      ['run/rows-id-duplicate', 1, 7],
      ['run/rows-parent-circular', 1, 8],
      ['run/rows-parent-left-out', 1, 6],
    ])
    expect(told.every(([code]) => String(code) in text('en').log)).toBe(true)
  })
})
