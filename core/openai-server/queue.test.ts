import { expect, it } from 'vitest'
import { Queue } from './queue.ts'

const never = new AbortController().signal
const tick = () => new Promise((resolve) => setImmediate(resolve))

/** A queue and what has begun in it, by name. */
function queueOf(places: number, waiting = 100) {
  const queue = new Queue({ places, waiting })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const enter = (name: string, wanted = 1, signal = never) =>
    queue.enter(wanted, signal).then((end) => {
      begun.push(name)
      ends.set(name, end)
    })
  return { queue, begun, enter, end: (name: string) => ends.get(name)?.() }
}

it('begins in the order of coming, as places become free', async () => {
  const { queue, begun, enter, end } = queueOf(2)
  for (const name of ['a', 'b', 'c', 'd']) void enter(name)
  await tick()
  expect([begun, queue.taken, queue.waiting]).toEqual([['a', 'b'], 2, 2])
  end('b')
  await tick()
  end('b')
  await tick()
  expect([begun, queue.taken, queue.waiting]).toEqual([['a', 'b', 'c'], 2, 1])
  end('a')
  end('c')
  await tick()
  expect([begun, queue.taken, queue.waiting]).toEqual([['a', 'b', 'c', 'd'], 1, 0])
})

it('lets nobody pass a large request, which takes all places at most', async () => {
  const { begun, enter, end } = queueOf(3)
  void enter('small')
  void enter('large', 9)
  void enter('next')
  await tick()
  expect(begun).toEqual(['small'])
  end('small')
  await tick()
  expect(begun).toEqual(['small', 'large'])
  end('large')
  await tick()
  expect(begun).toEqual(['small', 'large', 'next'])
})

it('forgets who leaves while waiting, and lets in who stood behind', async () => {
  const { queue, begun, enter } = queueOf(2)
  const leaving = new AbortController()
  void enter('a')
  const left = enter('large', 2, leaving.signal)
  void enter('b')
  await tick()
  leaving.abort()
  await expect(left).rejects.toThrow('aborted')
  await tick()
  expect([begun, queue.taken, queue.waiting]).toEqual([['a', 'b'], 2, 0])
  await expect(enter('gone', 1, AbortSignal.abort())).rejects.toThrow('aborted')
})

it('refuses when too many wait', async () => {
  const { enter, end } = queueOf(1, 1)
  await enter('a')
  const waits = enter('b')
  await expect(enter('c')).rejects.toMatchObject({ error: { code: 'api/busy', facts: { count: 1 } } })
  end('a')
  await waits
})
