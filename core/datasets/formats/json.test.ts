import { describe, expect, it } from 'vitest'
import { rowsOf, type Rows } from '../testing/table-rows.ts'

const TABLE: Rows = [
  ['instruction', 'output'],
  ['あ', 'い'],
  ['う', 'え'],
]
const first = { instruction: 'あ', output: 'い' }
const second = { instruction: 'う', output: 'え' }
const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const turns = [
  { role: 'user', content: 'q' },
  { role: 'assistant', content: 'a' },
]
const shareGpt = [
  { from: 'human', value: 'q' },
  { from: 'gpt', value: 'a' },
]

describe('JSON', () => {
  it.each([
    ['objects over several lines, one after another', 'a.jsonl', pretty(first) + pretty(second)],
    ['the same under another name', 'a.txt', pretty(first) + pretty(second)],
    ['the same in JSON', 'a.json', pretty(first) + pretty(second)],
    ['several objects in a line', 'a.jsonl', JSON.stringify(first) + JSON.stringify(second)],
    ['commas behind the lines', 'a.jsonl', `${JSON.stringify(first)},\n${JSON.stringify(second)},\n`],
    [
      'blank space in the objects',
      'a.txt',
      '{ "instruction" : "あ", "output":"い" }\n{\t"instruction":"う","output":"え"}',
    ],
    ['record separators (RFC 7464)', 'a.jsonl', `\u001e${JSON.stringify(first)}\n\u001e${pretty(second)}`],
    [
      'record separators under another name',
      'a.seq',
      `\u001e${JSON.stringify(first)}\n\u001e${JSON.stringify(second)}\n`,
    ],
    ['one list over several lines', 'a.jsonl', pretty([first, second])],
    ['lists one after another', 'a.jsonl', `${JSON.stringify([first])}\n${JSON.stringify([second])}\n`],
    ['columns', 'a.json', JSON.stringify({ instruction: ['あ', 'う'], output: ['い', 'え'] })],
    ['columns by index', 'a.json', JSON.stringify({ instruction: { 0: 'あ', 1: 'う' }, output: { 0: 'い', 1: 'え' } })],
    ['rows by index', 'a.json', JSON.stringify({ 0: first, 1: second })],
    [
      'names and rows apart',
      'a.json',
      JSON.stringify({
        columns: ['instruction', 'output'],
        index: [0, 1],
        data: [
          ['あ', 'い'],
          ['う', 'え'],
        ],
      }),
    ],
    [
      'rows behind a list of something else',
      'a.json',
      JSON.stringify({ authors: [{ name: 'x' }, { name: 'y' }, { name: 'z' }], data: [first, second] }),
    ],
    ['rows deep in an object', 'a.json', JSON.stringify({ version: 1, result: { items: [first, second] } })],
  ])('with %s', async (_, name, contents) => {
    expect((await rowsOf(name, contents)).rows).toEqual(TABLE)
  })

  it.each([
    ['one object', 'a.json', JSON.stringify(first), TABLE.slice(0, 2)],
    ['one object over several lines', 'a.jsonl', pretty(first), TABLE.slice(0, 2)],
    [
      'one example with a list in it',
      'a.json',
      JSON.stringify({ ...first, meta: [{ a: 1 }] }),
      [
        ['instruction', 'output', 'meta'],
        ['あ', 'い', '[{"a":1}]'],
      ],
    ],
    [
      'a line with a list in it',
      'a.jsonl',
      '{"id":1,"list":[{"a":1},{"a":2}]}\n',
      [
        ['id', 'list'],
        ['1', '[{"a":1},{"a":2}]'],
      ],
    ],
    [
      'rows under ids of their own',
      'a.json',
      JSON.stringify({ q1: first, q2: second }),
      [
        ['id', 'instruction', 'output'],
        ['q1', 'あ', 'い'],
        ['q2', 'う', 'え'],
      ],
    ],
    [
      'lists of turns',
      'a.json',
      JSON.stringify([turns, turns]),
      [['messages'], [JSON.stringify(turns)], [JSON.stringify(turns)]],
    ],
    [
      'a list of turns a line',
      'a.jsonl',
      `${JSON.stringify(shareGpt)}\n${JSON.stringify(shareGpt)}\n`,
      [['conversations'], [JSON.stringify(shareGpt)], [JSON.stringify(shareGpt)]],
    ],
    [
      'a column of turns',
      'a.json',
      JSON.stringify({ messages: [turns], weight: [1] }),
      [
        ['messages', 'weight'],
        [JSON.stringify(turns), '1'],
      ],
    ],
    [
      'numbers that JSON or JavaScript does not have',
      'a.jsonl',
      '{"a":NaN,"b":-Infinity,"c":1e400,"d":-1E400,"e":1e-400,"f":[NaN,{"x":1e999}],"g":"NaN, 1e400","h":1e5,"i":0}\n',
      [
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'],
        ['NaN', '-Infinity', '1e400', '-1E400', '1e-400', '["NaN",{"x":"1e999"}]', 'NaN, 1e400', '100000', '0'],
      ],
    ],
  ] as const)('with %s', async (_, name, contents, rows) => {
    expect((await rowsOf(name, contents)).rows).toEqual(rows)
  })

  it('with several tables names them and takes the likeliest, or the one that is asked for', async () => {
    const contents = JSON.stringify({ test: [first, second], train: [first, second], meta: { notes: [{ a: 1 }] } })
    const { rows, table } = await rowsOf('a.json', contents)
    expect(rows).toEqual(TABLE)
    expect([table.entries, table.options.entry]).toEqual([['test', 'train', 'meta.notes'], 'train'])
    expect(table.notes).toEqual([{ code: 'entry-chosen', facts: { entry: 'train', others: 'test, meta.notes' } }])
    const asked = await rowsOf('a.json', contents, { entry: 'meta.notes' })
    expect([asked.rows, asked.table.notes]).toEqual([[['a'], ['1']], []])
  })

  it('unfolds a conversation that an export has written as a text', async () => {
    const { rows } = await rowsOf('a.jsonl', `${JSON.stringify({ messages: JSON.stringify(turns) })}\n`, {
      conversations: 'rows',
    })
    expect(rows[1]?.slice(-2)).toEqual(['q', 'a'])
  })

  it.each([
    ['a comment', 'a.json', '[\n{"a":1},\n// c\n{"a":2}\n]', 'json-comment', 3],
    ['a comment between lines', 'a.jsonl', '{"a":1}\n# c\n{"a":2}\n', 'json-comment', 2],
    ['a comment behind a value', 'a.json', '{\n"a":1, /* x */\n"b":2}', 'json-comment', 2],
    ['a line that is cut', 'a.jsonl', '{"a":1}\n{"a":\n{"a":3}\n{"a":4}\n', 'json-invalid', 2],
    ['a text that is cut', 'a.jsonl', '{"a":1}\n{"a":"x\n{"a":3}\n', 'json-invalid', 2],
    ['an end that is cut', 'a.jsonl', '{"a":1}\n{\n"a":1', 'json-invalid', 3],
    ['a bracket too many', 'a.jsonl', '{"a":1}\n{"a":1}}\n{"a":1}\n', 'json-invalid', 2],
    ['a comma too many', 'a.json', '[\n{"a":1},\n]', 'json-invalid', 3],
    ['another kind of quotes', 'a.json', "[\n{'a':1}]", 'json-invalid', 2],
    ['a name that is repeated before the place', 'a.json', '[\n{"a":1},\n{"a":1},\n{"a":1 1}]', 'json-invalid', 4],
    ['lists of numbers', 'a.jsonl', '{"a":1}\n[1,2]\n', 'json-no-object', 2],
  ] as const)('with %s names the line', async (_, name, contents, code, line) => {
    await expect(rowsOf(name, contents)).rejects.toMatchObject({
      error: { code: `dataset/${code}`, facts: { file: name, line } },
    })
  })

  it.each(['a.json', 'a.jsonl'])('nested too deeply in %s is refused in a sentence', async (name) => {
    const deep = `{"instruction":"x","output":${'['.repeat(20_000)}${']'.repeat(20_000)}}\n`
    await expect(rowsOf(name, deep)).rejects.toMatchObject({ error: { code: 'dataset/json-too-deep' } })
    await expect(rowsOf(name, deep, { conversations: 'rows' })).rejects.toMatchObject({
      error: { code: 'dataset/json-too-deep' },
    })
  })

  it('with a line of a curly bracket in a CSV is a CSV', async () =>
    expect((await rowsOf('a.csv', '{a},b\n1,2\n')).rows).toEqual([
      ['{a}', 'b'],
      ['1', '2'],
    ]))
})
