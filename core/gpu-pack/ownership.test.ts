import { expect, it } from 'vitest'
import { isOurs } from './ownership.ts'

const account = { uid: 1000, gid: 1000 }

it.each<[string, { uid: number; gid: number; mode: number }, boolean]>([
  ['of ours', { uid: 1000, gid: 1000, mode: 0o40755 }, true],
  ["of the administrator's", { uid: 0, gid: 0, mode: 0o40755 }, true],
  ["of somebody else's", { uid: 1001, gid: 1000, mode: 0o40700 }, false],
  ['for everybody', { uid: 1000, gid: 1000, mode: 0o40777 }, false],
  ['for a group', { uid: 1000, gid: 100, mode: 0o40775 }, false],
  ['for the group of its only user', { uid: 1000, gid: 1000, mode: 0o40775 }, true],
])('a folder %s', (_, folder, expected) => {
  expect(isOurs(folder, account)).toBe(expected)
})

it('a group that others share is not its only user', () => {
  expect(isOurs({ uid: 1000, gid: 20, mode: 0o40775 }, { uid: 1000, gid: 20 })).toBe(false)
})
