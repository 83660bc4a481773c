import { expect, test } from 'vitest'
import { fail, ok } from '../../../core/contract/index.ts'
import { createChangeQueue } from './changeQueue.ts'

test('goes on after a refused change and after a call that throws', async () => {
  const seen: string[] = []
  const queue = createChangeQueue<string>({
    onDone: (value) => seen.push(value),
    onRefused: (error) => seen.push(error.code),
    onState: (state) => seen.push(state),
  })
  const answers = await Promise.all([
    queue.add(() => Promise.resolve(fail('disk-full', { file: 'x' }))),
    queue.add(() => Promise.reject(new Error('the host is gone'))),
    queue.add(() => Promise.resolve(ok('done'))),
  ])
  expect(answers).toEqual([false, false, true])
  expect(seen).toEqual(['saving', 'saving', 'saving', 'disk-full', 'failed', 'internal', 'failed', 'done', 'saved'])
})
