import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createErrorLog, surviveErrors } from './error-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'terakoya-errors-'))
const report = vi.fn(() => 'reference')
beforeAll(() => surviveErrors(report))
afterAll(() => rmSync(folder, { recursive: true }))

it('writes the whole error down under a reference', () => {
  const file = join(folder, 'home', 'errors.log')
  const log = createErrorLog(file)
  const references = [log('first', new Error('broken')), log('second', 'a text')]
  expect(readFileSync(file, 'utf8')).toMatch(
    new RegExp(
      `^\\S+ ${references[0]} \\[first\\] Error: broken\n +at [^]*\n\\S+ ${references[1]} \\[second\\] a text\n$`,
    ),
  )
})

// A closed terminal made an error, which was reported to the terminal, which made an error: 2 MB of log a second.
it.each(['stdout', 'stderr'] as const)('does not report that %s was closed', (stream) => {
  process[stream].emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(report).not.toHaveBeenCalled()
})
