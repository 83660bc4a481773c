import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { useDisk } from './disk.ts'
import { faultyDisk, type Fault } from './testing/faulty-disk.ts'
import { keepSecret, type SecretCipher } from './secrets.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'terakoya-secret-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As a keychain's: what was sealed by another account cannot be opened. */
const cipher: SecretCipher = {
  seal: (secret) => Buffer.from(`sealed:${secret}`).reverse(),
  open: (sealed) => {
    const text = Buffer.from(sealed).reverse().toString()
    if (!text.startsWith('sealed:')) throw new Error('sealed by another account')
    return text.slice('sealed:'.length)
  },
}
const open = (withKeychain: boolean) => keepSecret({ folder, name: 'token', ...(withKeychain && { cipher }) })

it('goes encrypted into a private file where there is a keychain, whatever the user allows', async () => {
  for (const allowPlainFile of [false, true]) {
    await open(true).write('hf_1', allowPlainFile)
    expect(await open(true).read()).toEqual({ secret: 'hf_1', protection: 'keychain' })
    expect([readdirSync(folder), statSync(join(folder, 'token.sealed')).mode & 0o777]).toEqual([
      ['token.sealed'],
      0o600,
    ])
    expect(readFileSync(join(folder, 'token.sealed'), 'utf8')).not.toContain('hf_1')
  }
})

it('touches no disk without a keychain and without consent, and takes an earlier one away', async () => {
  writeFileSync(join(folder, 'token'), 'hf_old')
  const secrets = open(false)
  await secrets.write('hf_1', false)
  expect([await secrets.read(), readdirSync(folder), await open(false).read()]).toEqual([
    { secret: 'hf_1', protection: 'session' },
    [],
    null,
  ])
  await secrets.write('hf_2', true)
  expect([await secrets.read(), await open(false).read()]).toEqual(
    Array(2).fill({ secret: 'hf_2', protection: 'plain-file' }),
  )
  await secrets.clear()
  expect([await secrets.read(), readdirSync(folder)]).toEqual([null, []])
})

it('is encrypted as soon as there is a keychain: the plain file goes', async () => {
  await open(false).write('hf_1', true)
  expect(await open(true).read()).toEqual({ secret: 'hf_1', protection: 'plain-file' })
  await open(true).write('hf_2', false)
  expect([readdirSync(folder), await open(true).read()]).toEqual([
    ['token.sealed'],
    { secret: 'hf_2', protection: 'keychain' },
  ])
})

it('is none where it was sealed by another account', async () => {
  writeFileSync(join(folder, 'token.sealed'), 'something else')
  expect([await open(true).read(), await open(false).read()]).toEqual([null, null])
})

it.skipIf(process.platform === 'win32').each([
  [true, 'token.sealed', 'token'],
  [false, 'token', 'token.sealed'],
] as const)('is on the disk before the other copy goes (with a keychain: %s)', async (withKeychain, file, other) => {
  writeFileSync(join(folder, other), 'earlier')
  const seen = await callsOf(() => open(withKeychain).write('hf_1', true))
  const order = [`sync ${file}.draft`, `rename ${file}`, 'sync ', `rm ${other}`].map((call) => seen.indexOf(call))
  expect(order.every((place, index) => place > (order[index - 1] ?? -1))).toBe(true)
  expect(seen.at(-1)).toBe('sync ')
})

it('leaves no copy behind where it cannot be written, or where a crash has left one', async () => {
  await callsOf(() => expect(open(false).write('hf_1', true)).rejects.toMatchObject({ error: { code: 'disk-full' } }), {
    at: 4,
    kind: 'ENOSPC',
    when: 'during',
  })
  expect(readdirSync(folder)).toEqual([])
  for (const draft of ['token.draft', 'token.sealed.draft']) writeFileSync(join(folder, draft), 'hf_1')
  await open(false).clear()
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
  await open(false).clear()
  mkdirSync(folder)
})

async function callsOf(work: () => Promise<unknown>, fault?: Fault): Promise<string[]> {
  const disk = faultyDisk({ within: folder, fault })
  const restore = useDisk(disk)
  await work().finally(restore)
  return disk.seen.map((call) => call.replace(`${folder}/`, '').replace(folder, ''))
}
