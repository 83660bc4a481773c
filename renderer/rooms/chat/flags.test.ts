import { expect, it } from 'vitest'
import { parseFlags } from './flags.ts'

const changes = (text: string) => {
  const flags = parseFlags(text)
  return flags.kind === 'changes' ? { ...flags.settings, ...flags.asking, question: flags.question } : flags
}

it.each([
  ['--num_beams 4 --top_k 30', { 'prediction.num_beams': '4', 'prediction.top_k': '30', question: '' }],
  ['--do_sample False', { 'prediction.do_sample': false, question: '' }],
  ['--do_sample', { 'prediction.do_sample': true, question: '' }],
  ['--do_sample on --temperature=0.5', { 'prediction.do_sample': true, 'prediction.temperature': '0.5', question: '' }],
  ['--prediction.top_p 0.9', { 'prediction.top_p': '0.9', question: '' }],
  [
    '－－温度 ０．８　－－ビームの数　２',
    { 'prediction.temperature': '0.8', 'prediction.num_beams': '2', question: '' },
  ],
  ['--くり返しの抑制 1.2', { 'prediction.repetition_penalty': '1.2', question: '' }],
  ['--stop_tokens "a b" --top_k 3', { 'prediction.stop_tokens': 'a b', 'prediction.top_k': '3', question: '' }],
  ['--生成を止める言葉 「。」', { 'prediction.stop_tokens': '。', question: '' }],
  ['--num_history 0 --max_time 30', { num_history: 0, max_time: 30, question: '' }],
  ['--top_k 5\n寺子屋とは?\n--top_k は何?', { 'prediction.top_k': '5', question: '寺子屋とは?\n--top_k は何?' }],
  ['--top_k 5\n--top_p 0.5\n問い', { 'prediction.top_k': '5', 'prediction.top_p': '0.5', question: '問い' }],
])('reads %j', (text, expected) => {
  expect(changes(text)).toEqual(expected)
})

it('leaves questions alone', () => {
  for (const text of ['寺子屋とは?', '-1 は負の数?', 'a --top_k 3', '', '- 項目'])
    expect(changes(text)).toEqual({ kind: 'none' })
})

it('asks for help anywhere among the flags', () => {
  expect(changes('--help')).toEqual({ kind: 'help' })
  expect(changes('--top_k 3 --help')).toEqual({ kind: 'help' })
})

it('names what is wrong, and for an unknown name all known ones', () => {
  const error = (text: string) => (parseFlags(text) as { error: { code: string; facts: object } }).error
  expect(error('--beam 4')).toMatchObject({
    code: 'chat/unknown-setting',
    facts: { name: 'beam', known: expect.stringMatching(/do_sample.*num_beams.*num_history, max_time$/) },
  })
  expect(error('--top_k')).toMatchObject({ code: 'chat/setting-value', facts: { name: 'top_k' } })
  expect(error('--top_k たくさん')).toMatchObject({ code: 'setting/type' })
  expect(error('--top_p 7')).toMatchObject({ code: 'setting/range', facts: { min: 0.01, max: 1 } })
  expect(error('--do_sample たぶん')).toMatchObject({ code: 'setting/type' })
  expect(error('--max_time 601')).toMatchObject({ code: 'chat/setting-range', facts: { max: 600 } })
  expect(error('--')).toMatchObject({ code: 'chat/unknown-setting' })
})
