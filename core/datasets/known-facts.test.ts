import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyEdits } from './edits.ts'
import { createStore } from './import.ts'
import { stepJournal } from './journal.ts'
import { KnownFacts } from './known-facts.ts'
import { DatasetStore } from './store.ts'

let folder: string
let file: string
let store: DatasetStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-facts-'))
  file = join(folder, 'a.duckdb')
  store = await createStore(
    file,
    (async function* () {
      yield* [
        ['q', 'a'],
        ['1', '2'],
        ['3', '4'],
      ]
    })(),
    { name: 'first', language: 'ja' },
  )
})
afterEach(async () => {
  store.close()
  await rm(folder, { recursive: true })
})

const factsOf = async (of: DatasetStore) => ({
  meta: await of.meta(),
  columns: await of.columns(),
  count: await of.rowCount(),
  page: await of.page(0, 10),
})

/** What the store says, and that it is what the file says when it is opened anew. */
async function expectTrue(): Promise<Awaited<ReturnType<typeof factsOf>>> {
  const said = await factsOf(store)
  store.close()
  store = await DatasetStore.open(file)
  expect(said).toEqual(await factsOf(store))
  return said
}

describe('what a store remembers', () => {
  it('is true after edits, undo and redo', async () => {
    const steps = [
      () => applyEdits(store, [{ kind: 'insertRows', at: 1, rows: [['x', 'y']] }]),
      () => applyEdits(store, [{ kind: 'insertColumn', at: 0, name: 'new' }]),
      () => applyEdits(store, [{ kind: 'moveRows', from: 0, to: 1, at: 3 }]),
      () => stepJournal(store, 'undo'),
      () => stepJournal(store, 'undo'),
      () => stepJournal(store, 'redo'),
    ]
    for (const step of steps) {
      await factsOf(store)
      await step()
      await expectTrue()
    }
  })

  it('is read anew inside a transaction, and after one that was taken back', async () => {
    const before = await factsOf(store)
    const work = store.transaction(async () => {
      expect(await store.rowCount()).toBe(2)
      await store.insertRows(0, [{ cells: ['x', 'y'] }], ['c1', 'c2'])
      await store.touch()
      expect([await store.rowCount(), (await store.meta()).version, (await store.page(0, 10)).rows.length]).toEqual([
        3,
        before.meta.version + 1,
        3,
      ])
      throw new Error('taken back')
    })
    await expect(work).rejects.toThrow('taken back')
    expect(await expectTrue()).toEqual(before)
  })

  it('is true after a statement that failed, and cannot be changed by who asked', async () => {
    const columns = await store.columns()
    columns.reverse().pop()
    await expect(store.run('INSERT INTO columns SELECT * FROM nowhere')).rejects.toThrow()
    expect((await expectTrue()).columns.map(({ name }) => name)).toEqual(['q', 'a'])
  })
})

it('nothing is remembered that was read across a change', async () => {
  const facts = new KnownFacts()
  let answer: (value: number) => void = () => undefined
  const early = facts.once(
    'count',
    () =>
      new Promise<number>((resolve) => {
        answer = resolve
      }),
  )
  facts.forget()
  answer(1)
  expect(await early).toBe(1)
  expect(await facts.once('count', () => Promise.resolve(2))).toBe(2)
  expect(await facts.once('count', () => Promise.resolve(3))).toBe(2)
})
