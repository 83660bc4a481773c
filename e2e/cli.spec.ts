import { expect, test } from '@playwright/test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freshFolders, terakoya } from './support/command.ts'
import { sentence } from './support/sentence.ts'

interface Answered {
  readonly question: string
  readonly answer: string
}

const TAUGHT = 'RehabCチャンネルは、2014年に開設されたデジタルテクノロジー教育系チャンネルです。'

test('terakoya tutorial teaches the fact in every wording and leaves the rest as it was', () => {
  // It trains for real: on a busy machine that takes minutes.
  test.slow()
  const { exitCode, stdout, stderr } = terakoya(freshFolders(), 'tutorial', '--json')
  expect(exitCode, stderr).toBe(0)
  const told = JSON.parse(stdout) as {
    experiment: string
    seconds: number
    losses: number[]
    before: Answered[]
    after: Answered[]
  }
  expect(told.experiment).not.toBe('')
  expect(told.seconds).toBeGreaterThan(0)
  expect(told.losses).toHaveLength(100)
  expect(told.losses.at(-1)).toBeLessThan(0.01)
  expect(told.before).toHaveLength(7)
  expect(told.after.map(({ question }) => question)).toEqual(told.before.map(({ question }) => question))
  expect(told.before.slice(0, 5).map(({ answer }) => answer)).not.toContain(TAUGHT)
  expect(told.after.slice(0, 5).map(({ answer }) => answer)).toEqual(Array.from({ length: 5 }, () => TAUGHT))
  expect(told.after.slice(5)).toEqual(told.before.slice(5))
})

test('terakoya chat answers a question', () => {
  const { exitCode, stdout, stderr } = terakoya(
    freshFolders(),
    'chat',
    'terakoya-tiny-ja',
    '--ask',
    'こんにちは',
    '--json',
  )
  expect(exitCode, stderr).toBe(0)
  const { answers } = JSON.parse(stdout) as { answers: Answered[] }
  expect(answers).toHaveLength(1)
  expect(answers[0]?.question).toBe('こんにちは')
  expect(answers[0]?.answer).not.toBe('')
})

test('terakoya train takes a table that the settings file names', () => {
  const folders = freshFolders()
  const folder = join(dirname(folders.library), 'settings')
  mkdirSync(folder)
  const rows = Array.from({ length: 8 }, (_, index) => `質問${index}は?,回答${index}です。`)
  writeFileSync(join(folder, 'rows.csv'), ['instruction,output', ...rows].join('\r\n'))
  writeFileSync(join(folder, 'settings.yaml'), 'dataset:\n  file: rows.csv\ntraining:\n  epochs: 1\n  batch_size: 2\n')
  const { exitCode, stdout, stderr } = terakoya(folders, 'train', join(folder, 'settings.yaml'), '--json')
  expect(exitCode, stderr).toBe(0)
  const { losses } = JSON.parse(stdout) as { losses: number[] }
  expect(losses.length).toBeGreaterThanOrEqual(3)
  expect(losses.every(Number.isFinite)).toBe(true)
})

test('a wrong command, file or setting is one sentence and exit code 1', () => {
  const folders = freshFolders()
  const missing = terakoya(folders, 'train', 'nowhere.yaml')
  expect(missing.stderr.trim()).toBe(sentence('file/not-found', { file: 'nowhere.yaml' }))
  expect(missing.exitCode).toBe(1)
  const unknown = terakoya(folders, 'chat', 'no-such-model', '--ask', 'こんにちは')
  expect(unknown.stderr.trim()).toBe(sentence('cli/unknown-source', { name: 'no-such-model' }))
  expect(unknown.exitCode).toBe(1)
})

test('terakoya doctor says what computes here and what is missing', () => {
  const folders = freshFolders()
  const { exitCode, stdout, stderr } = terakoya(folders, 'doctor')
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toMatch(/○ CPU/)
  expect(stdout).toMatch(/計算に使うもの：/)
  const told = JSON.parse(terakoya(folders, 'doctor', '--json').stdout) as {
    devices: { kind: string; available: boolean }[]
  }
  expect(told.devices.find(({ kind }) => kind === 'cpu')).toMatchObject({ available: true })
})
