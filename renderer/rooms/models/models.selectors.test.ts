import { expect, it } from 'vitest'
import type { ModelFit } from '../../../core/contract/index.ts'
import { aModel } from '../../testing/examples.ts'
import { bestFit, groupsOf, isUsable, stateOf } from './models.selectors.ts'

const reading = { code: 'model/being-read', facts: {} } as const
const broken = { code: 'model/not-found', facts: { model: 'm' } } as const

it('groups models by kind, bases first, each in the order of the host', () => {
  const list = [aModel('a', { kind: 'adapter' }), aModel('b'), aModel('c', { kind: 'merged' }), aModel('d')]
  expect(groupsOf(list).map(({ kind, models }) => [kind, models.map(({ id }) => id)])).toEqual([
    ['base', ['b', 'd']],
    ['merged', ['c']],
    ['adapter', ['a']],
  ])
})

it('lets models be trained that are well or not yet known, but no adapters', () => {
  const list = [
    aModel('a'),
    aModel('b', { problem: reading }),
    aModel('c', { problem: broken }),
    aModel('d', { kind: 'adapter' }),
  ]
  expect(list.map((model) => [isUsable(model), stateOf(model)])).toEqual([
    [true, null],
    [true, 'reading'],
    [false, 'damaged'],
    [false, null],
  ])
})

it('tells the best fit in the most exact precision that reaches it', () => {
  const need = (precision: 'as-stored' | 'int8' | 'int4', training: 'fits' | 'tight' | 'no', chat = training) => ({
    precision,
    training,
    chat,
    trainingBytes: 1,
    chatBytes: 1,
  })
  const fit: ModelFit = {
    device: 'cpu',
    memoryBytes: 2,
    availableBytes: 1,
    isApproximate: false,
    needs: [need('as-stored', 'no', 'tight'), need('int8', 'tight', 'fits'), need('int4', 'tight', 'fits')],
  }
  expect([bestFit(fit, 'training'), bestFit(fit, 'chat'), bestFit({ ...fit, needs: [] }, 'chat')]).toEqual([
    { fit: 'tight', precision: 'int8' },
    { fit: 'fits', precision: 'int8' },
    null,
  ])
})
