import { describe, expect, it } from 'vitest'
import { SerialQueue } from './queue.ts'

/** A long job that ends when told to. */
function gate(): { job: () => Promise<string>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { job: () => opened.then(() => 'long'), open }
}

describe('a serial queue', () => {
  it('does a short job at once when idle, and in its turn when busy', async () => {
    const queue = new SerialQueue()
    const done: string[] = []
    const { job, open } = gate()
    queue.short(() => done.push('first'))
    const long = queue.long(job).then((name) => done.push(name))
    queue.short(() => done.push('after'))
    const last = queue.long(async () => done.push('last'))
    expect(done).toEqual(['first'])
    open()
    await Promise.all([long, last])
    expect(done.filter((name) => name !== 'long')).toEqual(['first', 'after', 'last'])
  })

  it('reports a deferred failure to the next long job, once', async () => {
    const queue = new SerialQueue()
    const { job, open } = gate()
    const long = queue.long(job)
    queue.short(() => {
      throw new Error('refused')
    })
    const [next, later] = [queue.long(async () => 1), queue.long(async () => 2)]
    open()
    expect(await Promise.allSettled([long, next, later])).toEqual([
      { status: 'fulfilled', value: 'long' },
      { status: 'rejected', reason: new Error('refused') },
      { status: 'fulfilled', value: 2 },
    ])
  })

  it('goes on after a long job that fails', async () => {
    const queue = new SerialQueue()
    await expect(queue.long(() => Promise.reject(new Error('run failed')))).rejects.toThrow('run failed')
    expect(await queue.long(async () => 'next')).toBe('next')
  })
})
