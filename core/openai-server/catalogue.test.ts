import { expect, it } from 'vitest'
import type { ExperimentSummary, ModelSummary } from '../contract/index.ts'
import { catalogueOf, findEntry } from './catalogue.ts'

const model = (id: string, changes: object = {}) =>
  ({ id, name: id, kind: 'base', problem: null, ...changes }) as unknown as ModelSummary
const run = (id: string, name: string) =>
  ({ id, name, createdAt: '2026-01-02T00:00:00Z' }) as unknown as ExperimentSummary

const entries = catalogueOf(
  [
    model('tiny'),
    model('merged', { kind: 'merged', name: '統合' }),
    model('adapter', { kind: 'adapter' }),
    model('broken', { problem: { code: 'model/config', facts: {} } }),
  ],
  [run('r1', '先生'), run('r2', '同じ'), run('r3', '同じ'), run('r4', 'tiny'), run('r5', 'r1')],
)

it('lists what can be asked, each under a name that nothing else has', () => {
  expect(entries.map(({ id, kind }) => [id, kind])).toEqual([
    ['tiny', 'model'],
    ['merged', 'model'],
    ['先生', 'experiment'],
    ['r2', 'experiment'],
    ['r3', 'experiment'],
    ['r4', 'experiment'],
    ['r5', 'experiment'],
  ])
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
})

it('finds by id first, then by a name that is there once', () => {
  const found = (wanted: string) => findEntry(entries, wanted).source
  expect(found('tiny')).toEqual({ kind: 'model', modelId: 'tiny' })
  expect(found('r1')).toEqual({ kind: 'experiment', experimentId: 'r1' })
  expect(found('先生')).toEqual({ kind: 'experiment', experimentId: 'r1' })
  expect(found('統合')).toEqual({ kind: 'model', modelId: 'merged' })
  expect(found('r4')).toEqual({ kind: 'experiment', experimentId: 'r4' })
  const codeOf = (wanted: string) => {
    try {
      found(wanted)
      return null
    } catch (error) {
      return (error as { error: object }).error
    }
  }
  expect(codeOf('同じ')).toMatchObject({ code: 'api/model-twice', facts: { model: '同じ', ids: 'r2, r3' } })
  for (const unknown of ['', 'adapter', 'broken', 'TINY', 'tiny ', '__proto__'])
    expect(codeOf(unknown)).toMatchObject({ code: 'api/model-unknown' })
})
