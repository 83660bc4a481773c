// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { fail, ok, type LibraryMove, type LibraryMovePlan } from '../../../core/contract/index.ts'
import { putFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import {
  cancelMove,
  chooseDestination,
  closeMove,
  connectMoves,
  disarmLeft,
  isMoving,
  loadUsage,
  pressRemoveLeft,
  startMove,
  useLibrary,
} from './library.store.ts'

const plan: LibraryMovePlan = { from: '/a', to: '/b', bytes: 9, files: 1, freeBytes: 99, warnings: [] }
const move: LibraryMove = {
  from: '/a',
  to: '/b',
  state: 'copying',
  doneBytes: 1,
  totalBytes: 9,
  remainingSeconds: null,
  error: null,
}
const usage = { folder: '/a', kinds: [], bytes: 0, freeBytes: 1 }
let studio: FakeStudio
let left: { id: string; folder: string; movedTo: string; bytes: number }[]

beforeEach(() => {
  useLibrary.setState(useLibrary.getInitialState(), true)
  left = [{ id: 'old', folder: '/old', movedTo: '/a', bytes: 1 }]
  studio = putFakeStudio({
    'library.usage': () => ok(usage),
    'library.left': () => ok(left),
    'library.plan': ({ folder }) => (folder === '/full' ? fail('library/move-taken', { folder }) : ok(plan)),
    'library.move': () => ok(null),
    'library.cancelMove': () => ok(null),
    'library.moveState': () => ok(null),
    'library.removeLeft': () => {
      left = []
      return ok(null)
    },
  })
})
const asking = () => useLibrary.getState().asking
const asked = () => studio.asked.map(([name]) => name)
const pick = (folder: string | null) => Object.assign(studio, { pickFolder: async () => ok(folder) })

it('asks where to, tells what that means, and begins', async () => {
  pick(null)
  await chooseDestination()
  expect(asking()).toEqual({ kind: 'closed' })
  pick('/b')
  await chooseDestination()
  expect(asking()).toMatchObject({ kind: 'ready', plan, isStarting: false })
  await startMove()
  expect([asking().kind, studio.asked.at(-1)]).toEqual(['closed', ['library.move', { folder: '/b' }]])
  await startMove()
  expect(asked().filter((name) => name === 'library.move')).toHaveLength(1)
})

it('says why a place will not do', async () => {
  pick('/full')
  await chooseDestination()
  expect(asking()).toMatchObject({ kind: 'failed', error: { code: 'library/move-taken' } })
  closeMove()
  expect(asking()).toEqual({ kind: 'closed' })
})

it('follows the move, which can be cancelled', async () => {
  const end = connectMoves()
  studio.tell('library.move', move)
  expect(isMoving(useLibrary.getState().move)).toBe(true)
  expect(await cancelMove()).toBeNull()
  studio.tell('library.move', { ...move, state: 'cancelled' })
  expect(isMoving(useLibrary.getState().move)).toBe(false)
  end()
})

it('deletes an old copy with a second press only', async () => {
  await loadUsage()
  expect(useLibrary.getState()).toMatchObject({ usage, left: [{ id: 'old' }] })
  await pressRemoveLeft('old')
  disarmLeft('old')
  await pressRemoveLeft('old')
  expect(asked()).not.toContain('library.removeLeft')
  expect(await pressRemoveLeft('old')).toBeNull()
  expect(studio.asked).toContainEqual(['library.removeLeft', { id: 'old' }])
  expect(useLibrary.getState().left).toEqual([])
})
