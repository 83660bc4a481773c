import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { announcedHosts, announceHost } from './control-files.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'terakoya-control-')), 'account')
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

it('a host is found until it withdraws, and only its user may read the secret', async () => {
  const withdraw = await announceHost(folder, { port: 7861, secret: 'b' })
  await announceHost(folder, { port: 7860, secret: 'a' })
  expect(await announcedHosts(folder)).toEqual([
    { port: 7860, secret: 'a', pid: process.pid, computer: hostname() },
    { port: 7861, secret: 'b', pid: process.pid, computer: hostname() },
  ])
  if (process.platform !== 'win32') expect((await stat(join(folder, 'serve-7860.json'))).mode & 0o777).toBe(0o600)
  await withdraw()
  expect(await readdir(folder)).toEqual(['serve-7860.json'])
})

it('the file of a later host on the same port is left alone', async () => {
  const withdraw = await announceHost(folder, { port: 7860, secret: 'a' })
  await announceHost(folder, { port: 7860, secret: 'b' })
  await withdraw()
  expect((await announcedHosts(folder)).map(({ secret }) => secret)).toEqual(['b'])
})

it('damaged files are no hosts', async () => {
  expect(await announcedHosts(folder)).toEqual([])
  await announceHost(folder, { port: 7860, secret: 'a' })
  for (const [name, content] of [
    ['serve-1.json', ''],
    ['serve-2.json', '{}'],
    ['serve-3.json', '{"port":99999,"pid":1,"computer":"x","secret":"y"}'],
    ['serve-x.json', '{}'],
    ['other.json', '{}'],
  ] as const)
    await writeFile(join(folder, name), content)
  expect((await announcedHosts(folder)).map(({ port }) => port)).toEqual([7860])
})
