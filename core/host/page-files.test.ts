import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { readPageFile } from './page-files.ts'

const outside = mkdtempSync(join(tmpdir(), 'terakoya-page-'))
const folder = join(outside, 'renderer')
mkdirSync(join(folder, 'assets', 'folder.js'), { recursive: true })
writeFileSync(join(outside, 'secret.js'), 'secret')
mkdirSync(join(outside, 'renderer-other'))
writeFileSync(join(outside, 'renderer-other', 'secret.js'), 'secret')
writeFileSync(join(folder, 'index.html'), '<p>')
writeFileSync(join(folder, 'notes.txt'), 'text')
writeFileSync(join(folder, '.hidden.js'), 'hidden')
writeFileSync(join(folder, 'assets', 'index-a_1.js'), 'export {}')
symlinkSync(join(outside, 'secret.js'), join(folder, 'assets', 'link.js'))
symlinkSync(outside, join(folder, 'up'))
symlinkSync('index-a_1.js', join(folder, 'assets', 'inside.js'))
symlinkSync('loop.js', join(folder, 'assets', 'loop.js'))
if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'assets', 'pipe.js')])

afterAll(() => rmSync(outside, { recursive: true }))

const read = async (path: string) => {
  const file = await readPageFile(folder, path)
  return file && [Buffer.from(file.content).toString(), file.contentType]
}

describe('readPageFile', () => {
  it.each([
    ['/', '<p>', 'text/html; charset=utf-8'],
    ['/index.html', '<p>', 'text/html; charset=utf-8'],
    ['/assets/index-a_1.js', 'export {}', 'text/javascript; charset=utf-8'],
    ['/assets/inside.js', 'export {}', 'text/javascript; charset=utf-8'],
  ])('serves %s', async (path, content, contentType) => expect(await read(path)).toEqual([content, contentType]))

  it.each([
    '',
    'index.html',
    '//',
    '/../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/assets/../../secret.js',
    '/..\\secret.js',
    '/..%5csecret.js',
    '/../renderer-other/secret.js',
    '/up/secret.js',
    '/assets/link.js',
    '/assets/loop.js',
    '/assets/pipe.js',
    '/assets/folder.js',
    '/assets',
    '/assets/',
    '/notes.txt',
    '/.hidden.js',
    '/missing.js',
    '/index.html/x.js',
    '/%',
    '/%ff.js',
    '/index.html%00.js',
    '/index.html%00',
    `/${'a'.repeat(5000)}.js`,
    `${outside}/secret.js`,
    '/C:/secret.js',
    '/index.js:stream.js',
    '/index.html ',
    '/./index.html',
    '/assets//index-a_1.js',
  ])('does not serve %j', async (path) => expect(await read(path)).toBe(null))
})
