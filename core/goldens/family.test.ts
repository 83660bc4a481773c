import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openRuntime } from '../runtime/index.ts'
import { checkFamily } from './family.ts'

const fixtures = join(import.meta.dirname, '..', 'models', 'fixtures')
const families = await readdir(fixtures)

it.each(families)('%s', { timeout: 300_000 }, async (name) => {
  const checks = await checkFamily(join(fixtures, name), openRuntime().device('cpu'))
  expect(checks.filter(({ worst, limit }) => !(worst <= limit))).toEqual([])
})

it('leaves nothing on the device', () => {
  expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 })
})
