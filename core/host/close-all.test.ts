import { expect, it } from 'vitest'
import { closeAll } from './close-all.ts'

it('closes what comes after a failure, in order, and tells the first failure', async () => {
  const closed: number[] = []
  const closing = (index: number) => async () => {
    await Promise.resolve()
    closed.push(index)
    if (index % 2 === 1) throw new Error(`failure ${index}`)
  }
  await expect(
    closeAll([
      closing(0),
      closing(1),
      () => {
        throw new Error('at once')
      },
      closing(3),
      closing(4),
    ]),
  ).rejects.toThrow('failure 1')
  expect(closed).toEqual([0, 1, 3, 4])
  await closeAll([closing(6)])
})
