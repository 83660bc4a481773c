import { expect, it } from 'vitest'
import { baseOfAdapter, type ModelSummary } from './index.ts'

const aModel = (id: string, more: object = {}) => ({ id, name: id, kind: 'base', hub: null, ...more }) as ModelSummary

it('finds the base of an adapter by Hub id, folder, name, or the last part of a path', () => {
  const list = [
    aModel('a', { hub: { id: 'line/japanese', revision: 'main', commit: '' } }),
    aModel('b', { name: '小さいモデル' }),
    aModel('x', { kind: 'adapter' }),
  ]
  const baseNamed = (baseModel: string) => baseOfAdapter(aModel('y', { kind: 'adapter', baseModel }), list)?.id
  const named = ['line/japanese', 'b', '小さいモデル', '/home/me/b', 'C:\\models\\b']
  expect(named.map(baseNamed)).toEqual(['a', 'b', 'b', 'b', 'b'])
  expect(['x', '', '/', 'japanese', 'line/'].filter(baseNamed)).toEqual([])
})
