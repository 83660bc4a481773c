import { expect, it } from 'vitest'
import type { Handlers } from '../contract/index.ts'
import { createDispatch } from './dispatch.ts'
import { PathGrants } from './path-grants.ts'

const bugs: unknown[] = []
const dispatch = createDispatch({} as Handlers, (_, error) => String(bugs.push(error)))

/** More than a function takes as arguments. */
const many = 200_000
const edit = (edit: unknown) => ({ id: 'a', edits: [edit] })
const inputs: readonly (readonly [string, unknown])[] = [
  ['cells that are no texts', edit({ kind: 'setRange', row: 0, column: 0, values: [Array(many).fill(1)] })],
  ['rows that are no rows', edit({ kind: 'setRange', row: 0, column: 0, values: Array(many).fill(1) })],
  ['rows of a wrong cell each', edit({ kind: 'insertRows', at: 0, rows: Array(many).fill([1]) })],
  [
    'cells without a column',
    edit({ kind: 'setCells', cells: Array(many).fill({ rowId: 0, columnId: '', value: null }) }),
  ],
  ['edits that are none', { id: 'a', edits: Array(many).fill({}) }],
]

it.each(inputs)('%s, very many of them: one failure, and no bug', async (_, input) => {
  expect(await dispatch('datasets.edit', input)).toMatchObject({
    ok: false,
    error: { code: 'call-invalid', facts: { call: 'datasets.edit' } },
  })
  expect(bugs).toEqual([])
})

it('a call that names a path is judged as well', () => {
  const own = { libraryFolder: () => '/library', ownFolders: () => [] }
  expect(
    new PathGrants().refusal(
      'datasets.import',
      { file: '/library/a.csv', options: { columns: Array(many).fill({ from: '', name: '' }) } },
      own,
    ),
  ).toBe(null)
})
