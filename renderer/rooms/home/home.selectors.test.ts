import { describe, expect, it } from 'vitest'
import type { DatasetSummary, ExperimentSummary, RunState } from '../../../core/contract/index.ts'
import { currentDataset, runToWatch, tutorialSteps, type TutorialFacts } from './home.selectors.ts'

const dataset = (id: string, updatedAt = '2026-01-01') => ({ id, updatedAt }) as unknown as DatasetSummary
const run = (id: string, kind: RunState['kind'], datasetId = 'sample') =>
  ({ id, datasetId, state: { kind } }) as unknown as ExperimentSummary
const states = (facts: Partial<TutorialFacts>) =>
  tutorialSteps({ datasets: [], experiments: [], hasTried: false, ...facts }).map(({ state }) => state)

describe('tutorialSteps', () => {
  it('begins with the data', () => {
    expect(states({})).toEqual(['now', 'later', 'later', 'later', 'later'])
  })

  it('goes on with each thing that the user has done', () => {
    const datasets = [dataset('sample')]
    expect(states({ datasets })).toEqual(['done', 'now', 'later', 'later', 'later'])
    expect(states({ datasets, experiments: [run('a', 'training')] })).toEqual(['done', 'done', 'now', 'later', 'later'])
    expect(states({ datasets, experiments: [run('a', 'finished')] })).toEqual(['done', 'done', 'done', 'now', 'later'])
    expect(states({ datasets, experiments: [run('a', 'finished')], hasTried: true })).toEqual([
      'done',
      'done',
      'done',
      'done',
      'now',
    ])
    expect(
      states({ datasets, experiments: [run('b', 'finished', 'own'), run('a', 'finished')], hasTried: true }),
    ).toEqual(Array(5).fill('done'))
  })

  it('does not count a failed run as trained', () => {
    expect(states({ datasets: [dataset('sample')], experiments: [run('a', 'failed')] })[2]).toBe('now')
  })
})

it('watches the run under way before the newest', () => {
  expect(runToWatch([run('new', 'finished'), run('old', 'training')])?.id).toBe('old')
  expect(runToWatch([run('new', 'finished')])?.id).toBe('new')
  expect(runToWatch([])).toBeUndefined()
})

it('means the dataset that was trained last, else the one changed last', () => {
  const datasets = [dataset('sample', '2026-01-01'), dataset('own', '2026-02-01')]
  expect(currentDataset({ datasets, experiments: [run('a', 'finished', 'sample')], hasTried: false })?.id).toBe(
    'sample',
  )
  expect(currentDataset({ datasets, experiments: [], hasTried: false })?.id).toBe('own')
})
