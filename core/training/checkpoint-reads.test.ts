import type * as files from 'node:fs/promises'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import {
  checkpointAt,
  latestCheckpoint,
  newDraft,
  placeCheckpoint,
  rewindCheckpoints,
  sweepCheckpoints,
  usedCheckpoint,
  type KeptCheckpoints,
  type TrainingState,
} from './checkpoint-folder.ts'
import { readHistory, rewindHistory } from './history.ts'

/** Paths that end so cannot be read for now, though they are there. */
const failing = new Set<string>()

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>()
  const failingFor = <F>(call: F): F =>
    ((...parameters: unknown[]) => {
      // Only writes open with letters.
      const isWrite = typeof parameters[1] === 'string' && parameters[1] !== 'utf8'
      const fails = !isWrite && [...failing].some((end) => String(parameters[0]).endsWith(end))
      return fails
        ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
        : (call as (...all: unknown[]) => unknown)(...parameters)
    }) as F
  return {
    ...real,
    open: failingFor(real.open),
    readFile: failingFor(real.readFile),
    stat: failingFor(real.stat),
    readdir: failingFor(real.readdir),
  }
})
afterEach(() => failing.clear())

const newFolder = temporaryFolders()
const stateOf = (step: number, bestStep: number | null = null): TrainingState => ({
  step,
  epoch: step,
  seed: 1,
  evaluatedStep: step,
  bestValidationLoss: null,
  bestStep,
  bestScore: null,
  lastLoss: null,
  microBatchRows: null,
  lossScale: null,
})

async function save(folder: string, state: TrainingState, keep: KeptCheckpoints = 'named'): Promise<void> {
  const draft = await newDraft(folder, state.step)
  await writeFile(join(draft, 'adapter_model.safetensors'), 'weights')
  await writeFile(join(draft, 'state.json'), JSON.stringify(state))
  await placeCheckpoint(folder, draft, { state, keep })
}

/** Checkpoints of the steps 1 to 3, the second the best, all kept. */
async function three(): Promise<string> {
  const folder = await newFolder()
  for (const state of [stateOf(1), stateOf(2, 2), stateOf(3, 2)]) await save(folder, state, 'all')
  return folder
}
const names = async (folder: string) => (await readdir(folder)).sort()
const all = ['1', '2', '3', 'best', 'last']
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { error?: { code: string } }) => error.error?.code ?? error,
  )

describe('a checkpoint whose file cannot be read at this moment', () => {
  it('stays when the folder is put in order', async () => {
    const folder = await three()
    failing.add('state.json')
    await sweepCheckpoints(folder)
    failing.add('last').add('best')
    await sweepCheckpoints(folder)
    failing.clear()
    expect(await names(folder)).toEqual(all)
  })

  it('stays when it is what a later version wrote, or a folder holds none', async () => {
    const folder = await three()
    await writeFile(join(folder, '1', 'state.json'), '{"version":2}')
    await mkdir(join(folder, '4'))
    await writeFile(join(folder, '5'), 'a file')
    await sweepCheckpoints(folder)
    expect(await names(folder)).toEqual(['1', '2', '3', '5', 'best', 'last'])
  })

  it('stays where it had stepped aside, until it is known which version is whole', async () => {
    const folder = await three()
    await rename(join(folder, '3'), join(folder, '.aside-3'))
    failing.add('state.json')
    expect(await codeOf(sweepCheckpoints(folder))).toBe('file/unreadable')
    failing.clear()
    await save(folder, stateOf(4, 2))
    expect(await names(folder)).toContain('.aside-3')
    await sweepCheckpoints(folder)
    expect(await names(folder)).toEqual(['2', '3', '4', 'best', 'last'])
  })

  it.each(['last', 'best'])('stays with the one just written where "%s" cannot be read', async (name) => {
    const folder = await three()
    failing.add(`${sep}${name}`)
    await save(folder, stateOf(4, 2))
    failing.clear()
    expect(await names(folder)).toEqual(['1', '2', '3', '4', 'best', 'last'])
    await save(folder, stateOf(5, 2))
    expect(await names(folder)).toEqual(['2', '5', 'best', 'last'])
  })

  it('stays with the one just written where "best" is damaged', async () => {
    const folder = await three()
    await writeFile(join(folder, 'best'), 'x\n')
    await save(folder, stateOf(4, 2))
    expect(await names(folder)).toEqual(['1', '2', '3', '4', 'best', 'last'])
  })

  it('is not replaced by an earlier one: the run cannot go on, nor be talked to, until it can be read', async () => {
    const folder = await three()
    failing.add(join('3', 'state.json'))
    expect([
      await codeOf(latestCheckpoint(folder)),
      await codeOf(usedCheckpoint(folder, { 'training.save_checkpoint': 'last' })),
      await codeOf(checkpointAt(folder, 3)),
    ]).toEqual(['file/unreadable', 'file/unreadable', 'file/unreadable'])
    failing.clear()
    failing.add(basename(folder))
    expect(await codeOf(latestCheckpoint(folder))).toBe('file/unreadable')
  })

  it('leaves a run as it is where none can be read, rather than let it begin anew', async () => {
    const folder = await three()
    for (const step of [1, 2, 3]) await writeFile(join(folder, String(step), 'state.json'), '{}')
    expect(await codeOf(latestCheckpoint(folder))).toBe('experiment/damaged')
    for (const step of [1, 2, 3]) await rm(join(folder, String(step), 'state.json'))
    expect(await codeOf(latestCheckpoint(folder))).toBe('experiment/incomplete')
    await rewindCheckpoints(folder, null)
    expect(await names(folder)).toEqual(['1', '2', '3'])
  })

  it('is forgotten by a rewind only where it can be read', async () => {
    const folder = await three()
    await writeFile(join(folder, '3', 'state.json'), '{}')
    const found = await latestCheckpoint(folder)
    expect(found?.step).toBe(2)
    failing.add(join('2', 'state.json'))
    expect(await codeOf(rewindCheckpoints(folder, found))).toBe('file/unreadable')
    failing.clear()
    expect([await names(folder), await readFile(join(folder, 'last'), 'utf8')]).toEqual([all, '3\n'])
    await rewindCheckpoints(folder, found)
    expect([await names(folder), await readFile(join(folder, 'last'), 'utf8')]).toEqual([all, '2\n'])
  })

  it('is damaged where it says another step than its folder: a rewind to it would remove it', async () => {
    const folder = await three()
    await writeFile(join(folder, '3', 'state.json'), JSON.stringify(stateOf(1)))
    expect([await codeOf(checkpointAt(folder, 3)), (await latestCheckpoint(folder))?.step]).toEqual([
      'experiment/damaged',
      2,
    ])
  })
})

describe('a curve that cannot be read at this moment', () => {
  it('is not emptied by a rewind, and counts as a damaged line', async () => {
    const folder = await newFolder()
    const history = { metrics: join(folder, 'metrics.jsonl'), predictions: join(folder, 'predictions') }
    await writeFile(history.metrics, '{}\n')
    failing.add('metrics.jsonl')
    expect([await codeOf(rewindHistory(history, { step: 1, isEvaluated: true })), await readHistory(history)]).toEqual([
      'file/unreadable',
      { steps: [], evaluations: [], damagedLines: 1 },
    ])
    failing.clear()
    expect([await readFile(history.metrics, 'utf8'), await names(folder)]).toEqual(['{}\n', ['metrics.jsonl']])
  })
})
