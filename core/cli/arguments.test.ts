import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { libraryOf } from './arguments.ts'

it('names the library by its absolute path, also where the shell has left ~ as it is', () => {
  const of = (library: string) => libraryOf({ options: { library } })
  expect([of('~'), of('~/本'), of('~本'), of('../本')]).toEqual([
    homedir(),
    join(homedir(), '本'),
    resolve('~本'),
    resolve('../本'),
  ])
  expect(libraryOf({ options: {} })).toBeUndefined()
  expect(() => of(' ')).toThrow(
    expect.objectContaining({ error: { code: 'cli/usage', facts: { problem: '--library' } } }),
  )
})
