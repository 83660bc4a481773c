import { expect, test } from '@playwright/test'
import { cpSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { end, freshFolders, root, serve, terakoya, type Folders } from './support/command.ts'
import { sentence } from './support/sentence.ts'

/** A model whose weights end in the middle, as a download that broke off leaves it. */
function breakModel({ library }: Folders) {
  const folder = join(library, 'models', 'broken')
  mkdirSync(dirname(folder), { recursive: true })
  cpSync(join(root, 'resources', 'models', 'terakoya-tiny-ja'), folder, { recursive: true })
  const weights = join(folder, 'model.safetensors')
  const expected = statSync(weights).size
  const found = Math.floor(expected / 2)
  truncateSync(weights, found)
  return { weights, expected, found }
}

test('a model that is cut off is refused in one sentence', () => {
  const folders = freshFolders()
  const { weights, expected, found } = breakModel(folders)
  const rows = join(dirname(folders.library), 'rows.csv')
  writeFileSync(rows, 'instruction,output\r\nこれは?,それです。\r\nそれは?,あれです。\r\n')
  const settings = join(dirname(folders.library), 'settings.yaml')
  writeFileSync(settings, `general:\n  llm_backbone: broken\ndataset:\n  file: rows.csv\n`)
  const { exitCode, stderr } = terakoya(folders, 'train', settings)
  expect(stderr.trim()).toBe(sentence('checkpoint/truncated', { file: weights, expected, found }))
  expect(exitCode).toBe(1)
})

test('a port that is taken: one sentence and exit code 1', async () => {
  const first = await serve(freshFolders())
  const { port } = new URL(first.link)
  const { exitCode, stdout, stderr } = terakoya(freshFolders(), 'serve', '--port', port)
  expect(stderr.trim()).toBe(sentence('web/port-in-use', { port }))
  expect(stdout).toBe('')
  expect(exitCode).toBe(1)
  await end(first.process)
})

test('a library that cannot be written: one sentence and exit code 1', () => {
  const folders = freshFolders()
  const file = join(dirname(folders.library), 'file')
  writeFileSync(file, '')
  const { exitCode, stderr } = terakoya(folders, 'serve', '--port', '0', '--library', join(file, 'library'))
  expect(stderr.trim()).toBe(sentence('library/not-folder', { folder: join(file, 'library') }))
  expect(exitCode).toBe(1)
  expect(readFileSync(file, 'utf8')).toBe('')
})

test('the link opens the studio once; without its cookie nothing is served', async () => {
  const { process: host, link } = await serve(freshFolders())
  const { origin } = new URL(link)
  const first = await fetch(link, { redirect: 'manual' })
  expect(first.status).toBe(303)
  const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] as string
  expect((await fetch(origin, { headers: { cookie } })).status).toBe(200)
  const second = await fetch(link, { redirect: 'manual' })
  expect(second.status).toBe(403)
  expect(await second.text()).toContain('npx terakoya link')
  expect((await fetch(`${origin}/bridge.js`)).status).toBe(403)
  await end(host)
})
