import { describe, expect, it } from 'vitest'
import type { HubDataset, HubFile, HubPart } from '../../../../core/contract/index.ts'
import { chosenFiles, firstChoice, rowRange, totalBytes, withConfig } from './hub.selectors.ts'

const file = (path: string, isTable = true): HubFile => ({ path, sizeBytes: 10, isTable })
const part = (config: string, split: string, count = 1): HubPart => ({
  config,
  split,
  rowCount: null,
  isPartial: false,
  sizeBytes: 10 * count,
  files: Array.from({ length: count }, (_, index) => file(`${config}/${split}/000${index}.parquet`)),
})
const dataset = (parts: HubPart[], files: HubFile[]) => ({ parts, files }) as unknown as HubDataset

const both = dataset(
  [part('a', 'test'), part('a', 'train', 2), part('b', 'validation')],
  [file('README.md', false), file('data/test.csv'), file('data/train.csv')],
)

describe('what is chosen', () => {
  it('is the training split at first, whatever comes before it', () => {
    const choice = firstChoice(both)
    expect(choice).toEqual({ branch: 'parquet', config: 'a', split: 'train', paths: ['data/train.csv'] })
    expect(totalBytes(chosenFiles(both, choice))).toBe(20)
  })

  it('is an uploaded table where nothing was converted, and nothing where there is none', () => {
    expect(firstChoice(dataset([], [file('x.py', false), file('x.json')]))).toMatchObject({
      branch: 'original',
      paths: ['x.json'],
    })
    expect(firstChoice(dataset([], [file('x.py', false)])).paths).toEqual([])
  })

  it('keeps the split of another configuration, or takes its first', () => {
    expect(withConfig(both, firstChoice(both), 'b').split).toBe('validation')
    expect(withConfig(both, firstChoice(both), 'a').split).toBe('train')
  })

  it('of uploaded files comes in the order of the dataset', () => {
    expect(
      chosenFiles(both, { ...firstChoice(both), branch: 'original', paths: ['data/train.csv', 'data/test.csv'] }).map(
        ({ path }) => path,
      ),
    ).toEqual(['data/test.csv', 'data/train.csv'])
  })
})

it('reads the classes of row counts', () => {
  expect(['n<1K', '1K<n<10K', '1M<n<10M', 'n>1T', 'unknown'].map(rowRange)).toEqual([
    { from: null, to: 1000 },
    { from: 1000, to: 10_000 },
    { from: 1e6, to: 1e7 },
    { from: 1e12, to: null },
    null,
  ])
})
