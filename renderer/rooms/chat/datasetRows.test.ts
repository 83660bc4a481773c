// @vitest-environment happy-dom
import { beforeAll, expect, it } from 'vitest'
import { ok } from '../../../core/contract/index.ts'
import { startTexts } from '../../language/index.ts'
import { aDataset } from '../../testing/examples.ts'
import { putFakeStudio } from '../../testing/studio.ts'
import { toDataset } from './datasetRows.ts'
import { aConversation, aTurn, done, turnId } from './testing/conversations.ts'

beforeAll(() => startTexts('ja'))

it('makes a row of each answer in view that says something, in the place of the empty one', async () => {
  const studio = putFakeStudio({
    'datasets.create': ({ name }) => ok(aDataset('d', { name: name ?? '', rowCount: 1 })),
    'datasets.edit': () => ok(aDataset('d')),
  })
  const turns = [
    aTurn(1, null, '一', [done('左'), done('')]),
    aTurn(2, null, '別の枝', [done('x')]),
    aTurn(3, 1, '二', [done('左2'), { kind: 'failed', text: '途中', error: { code: 'internal', facts: {} } }]),
  ]
  await toDataset(aConversation({ turns, current: turnId(3) }))
  expect(studio.asked).toMatchObject([
    ['datasets.create', { from: 'empty', name: '会話' }],
    [
      'datasets.edit',
      {
        id: 'd',
        edits: [
          { kind: 'insertColumns', at: 0, names: ['model', 'vote'] },
          {
            kind: 'insertRows',
            at: 0,
            rows: [
              ['一', '左', 'ベース', ''],
              ['二', '左2', 'ベース', ''],
              ['二', '途中', '実験', ''],
            ],
          },
          { kind: 'deleteRows', from: 3, to: 4 },
        ],
      },
    ],
  ])
})
