import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorSentence } from '../../texts/sentences.ts'
import type { DatasetStatistics } from '../contract/index.ts'
import { main, type CliHost } from './index.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'

const unused = () => {
  throw new Error('a data command needs no engine and no server')
}
const host: CliHost = {
  version: '0',
  resourcesFolder: join(import.meta.dirname, '..', '..', 'resources'),
  spawnEngine: unused,
  spawnReader: () => built.spawnReader(),
  spawnLlamaCpp: unused,
  serve: unused,
}

let built: BuiltReader
beforeAll(async () => {
  built = await buildReader()
})
afterAll(() => built.remove())

let folder: string
const said = vi.spyOn(console, 'log')
const complained = vi.spyOn(console, 'error')
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-stats-'))
  for (const stream of [said, complained]) stream.mockReset().mockReturnValue()
  vi.stubEnv('LANG', 'ja_JP.UTF-8')
})
afterEach(() => rm(folder, { recursive: true }))

const stats = (...args: readonly string[]) =>
  main(['data', 'stats', ...args, '--library', join(folder, 'library')], host)
const put = async (name: string, contents: string) => {
  await writeFile(join(folder, name), contents)
  return join(folder, name)
}

describe('terakoya data stats', () => {
  it('prints the statistics of a file as JSON, with the tokens of a model', async () => {
    const file = await put('表.csv', 'prompt,answer\n日本の首都は?,東京です。\n日本の首都は?,東京です。\n')
    expect(await stats(file, '--model', 'terakoya-tiny-ja', '--json')).toBe(0)
    const found = JSON.parse(String(said.mock.calls[0]?.[0])) as DatasetStatistics
    expect(found).toMatchObject({
      name: '表',
      rowCount: 2,
      languages: { ja: 2, en: 0, other: 0 },
      turns: null,
      duplicates: { rowCount: 1, textCount: 1 },
      tokenSample: { modelId: 'terakoya-tiny-ja', rowCount: 2, seed: 1, isWhole: true },
      roles: [
        { role: 'prompt', count: 2, emptyCount: 0, characters: { min: 7, max: 7 } },
        { role: 'answer', characters: { median: 5 } },
      ],
    })
    expect(found.roles[0]?.tokens?.min).toBeGreaterThan(1)
    expect(await readdir(folder)).toEqual(['表.csv'])
  })

  it('says in a few lines what the texts are like, without a model', async () => {
    expect(
      await stats(
        await put('a.jsonl', '{"messages":[{"role":"user","content":"やあ"},{"role":"assistant","content":"はい"}]}\n'),
      ),
    ).toBe(0)
    expect(String(said.mock.calls[0]?.[0]).split('\n')).toEqual([
      '1 行（同じ内容の繰り返し 0 行）',
      '質問の文字数：1 件、最小 2、中央 2、平均 2、90% 2、99% 2、最大 2',
      '回答の文字数：1 件、最小 2、中央 2、平均 2、90% 2、99% 2、最大 2',
      '会話の往復：1 会話、最小 1、中央 1、平均 1、最大 1',
      '言語：日本語 1 行、英語 0 行、その他 0 行',
    ])
  })

  it('exits with 1 and one sentence for a file that is no table or a model that is not there', async () => {
    const file = await put('a.csv', 'a,b\n1,2\n')
    expect(await stats(await put('b.csv', ' '))).toBe(1)
    expect(await stats(file, '--model', 'no-such-model')).toBe(1)
    expect(complained.mock.calls).toEqual([
      [errorSentence({ code: 'dataset/file-empty', facts: { file: 'b.csv' } }, 'ja')],
      [errorSentence({ code: 'model/not-found', facts: { model: 'no-such-model' } }, 'ja')],
    ])
  })
})
