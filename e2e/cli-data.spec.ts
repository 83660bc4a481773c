import { expect, test } from '@playwright/test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freshFolders, terakoya } from './support/command.ts'
import { sentence } from './support/sentence.ts'

const ROWS = '\ufeffinstruction,output\r\n"一行目\n二行目",007\r\n=1+1,髙﨑 👩‍👩‍👧\r\n'

test('terakoya data converts a table through every format and makes no library', () => {
  const folders = freshFolders()
  const folder = join(dirname(folders.library), 'tables')
  mkdirSync(folder)
  writeFileSync(join(folder, 'in.csv'), ROWS)
  const names = ['in.csv', 'a.tsv', 'b.xlsx', 'c.jsonl', 'd.parquet', 'e.numbers', 'out.csv'].map((name) =>
    join(folder, name),
  )
  for (const [index, name] of names.slice(1).entries()) {
    const { exitCode, stderr } = terakoya(folders, 'data', 'convert', names[index] as string, name)
    expect(exitCode, stderr).toBe(0)
  }
  expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(ROWS)
  expect(readFileSync(join(folder, 'c.jsonl'), 'utf8').split('\n')[1]).toBe('{"instruction":"=1+1","output":"髙﨑 👩‍👩‍👧"}')
  const same = terakoya(folders, 'data', 'convert', names[0] as string, names[0] as string)
  expect(same.stderr.trim()).toBe(sentence('cli/same-file', { file: 'in.csv' }))
  expect(same.exitCode).toBe(1)
  const stats = terakoya(folders, 'data', 'stats', names[0] as string, '--model', 'terakoya-tiny-ja', '--json')
  expect(JSON.parse(stats.stdout)).toMatchObject({
    rowCount: 2,
    roles: [
      { role: 'prompt', count: 2 },
      { role: 'answer', count: 2 },
    ],
    tokenSample: { rowCount: 2, isWhole: true },
  })
  expect(existsSync(folders.library)).toBe(false)
})
