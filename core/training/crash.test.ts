import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk, type Fault } from '../files/testing/faulty-disk.ts'
import { layOutLora } from '../models/lora.ts'
import { checkpointSteps, latestCheckpoint, rewindCheckpoints, sweepCheckpoints } from './checkpoint-folder.ts'
import { readCheckpoint, saveCheckpoint, type Snapshot } from './checkpoint.ts'
import { HistoryWriter, readHistory, rewindHistory, type HistoryFiles } from './history.ts'
import { optimizers } from '../optimization/index.ts'

const layout = layOutLora([{ path: 'model.layers.0.mlp.up_proj', inSize: 6, outSize: 4, bias: false, reads: 'f' }], {
  rank: 2,
  alpha: 4,
})
const config = { baseModel: 'base', rank: 2, alpha: 4, dropout: 0, targetModules: ['up_proj'], fanInFanOut: false }
const vector = (scale: number) =>
  Float32Array.from({ length: layout.parameterCount }, (_, index) => Math.fround(scale * Math.sin(index)))
/** `seed` tells two versions of a step apart. */
const snapshot = (
  step: number,
  { bestStep = null, seed = 1 }: { bestStep?: number | null; seed?: number } = {},
): Snapshot => ({
  state: {
    step,
    epoch: step,
    seed,
    evaluatedStep: seed === 1 ? null : step,
    bestValidationLoss: null,
    bestStep,
    bestScore: null,
    lastLoss: null,
    microBatchRows: null,
    lossScale: null,
  },
  p: vector(step * seed),
  optimizer: { m: vector(0.1 * step), v: vector(0.2 * step) },
})
const newFolder = temporaryFolders()
const save = (folder: string, one: Snapshot) => saveCheckpoint(folder, { layout, config }, one)
const whens = ['before', 'during'] as const

/** Does `act` in a fresh copy of `start` and ends the process, as far as files go, at every boundary in turn. */
async function atEveryBoundary(
  start: string,
  act: (folder: string) => Promise<unknown>,
  check: (folder: string, what: string) => Promise<void>,
): Promise<void> {
  for (const when of whens) {
    for (let at = 1; ; at++) {
      const folder = join(await newFolder(), 'copy')
      await cp(start, folder, { recursive: true })
      const disk = faultyDisk({ fault: { at, kind: 'halt', when } })
      const putBack = useDisk(disk)
      const halted = await Promise.race([act(folder).then(() => false), disk.halted.then(() => true)])
      putBack()
      await disk.release()
      await check(folder, `${when} ${at} ${disk.seen.at(-1)}`)
      if (!halted) break
    }
  }
}

const strays = async (folder: string) =>
  (await readdir(folder, { recursive: true })).filter((entry) => /(^|[/\\])\./.test(entry))

describe('a process that ends at any boundary', () => {
  it.each([
    ['a first checkpoint', [], snapshot(1)],
    ['the next checkpoint', [snapshot(1)], snapshot(2)],
    [
      'the next checkpoint, the best so far',
      [snapshot(1, { bestStep: 1 }), snapshot(2, { bestStep: 1 })],
      snapshot(3, { bestStep: 3 }),
    ],
    ['the same step again', [snapshot(1), snapshot(2)], snapshot(2, { bestStep: 2, seed: 7 })],
  ])('leaves the checkpoint before or the new one, whole: %s', { timeout: 120_000 }, async (_, earlier, next) => {
    const start = await newFolder()
    for (const one of earlier) await save(start, one)
    const before = earlier.at(-1) ?? null
    await atEveryBoundary(
      start,
      (folder) => save(folder, next),
      async (folder, what) => {
        await sweepCheckpoints(folder)
        expect(await strays(folder), what).toEqual([])
        const found = await latestCheckpoint(folder)
        if (found === null) return expect(before, what).toBeNull()
        const read = await readCheckpoint(found.folder, layout, optimizers.AdamW.state)
        expect(
          [before, next].filter((one) => one !== null),
          what,
        ).toContainEqual(read)
        // The run goes on from there as if nothing had been.
        await rewindCheckpoints(folder, found)
        await save(folder, next)
        const best = next.state.bestStep
        expect([await checkpointSteps(folder), (await latestCheckpoint(folder, 'best'))?.step ?? null], what).toEqual([
          [next.state.step],
          best,
        ])
        expect(
          await readCheckpoint((await latestCheckpoint(folder))?.folder ?? '', layout, optimizers.AdamW.state),
          what,
        ).toEqual(next)
      },
    )
  })

  it('leaves a rewound run with the checkpoint that it goes on from, or as it was', { timeout: 120_000 }, async () => {
    const start = await newFolder()
    for (const one of [snapshot(1, { bestStep: 1 }), snapshot(2, { bestStep: 1 }), snapshot(3, { bestStep: 3 })])
      await saveCheckpoint(start, { layout, config, keep: 'all' }, one)
    const rewind = async (folder: string) => rewindCheckpoints(folder, { folder: join(folder, '2'), step: 2 })
    await atEveryBoundary(start, rewind, async (folder, what) => {
      expect([2, 3], what).toContain((await latestCheckpoint(folder))?.step)
      await sweepCheckpoints(folder)
      await rewind(folder)
      expect(
        [
          await checkpointSteps(folder),
          (await latestCheckpoint(folder))?.step,
          (await latestCheckpoint(folder, 'best'))?.step,
          await strays(folder),
        ],
        what,
      ).toEqual([[1, 2], 2, 1, []])
    })
  })
})

const step = (number: number) => ({
  step: number,
  epoch: number,
  loss: 1 / number,
  learningRate: 1e-3,
  gradientNorm: 0.5,
  tokenCount: 7,
  stepMs: 1,
})
const evaluation = (number: number) => ({
  step: number,
  epoch: number,
  validationLoss: 2 / number,
  metrics: { bleu: 3 },
  samples: [{ prompt: 'あ', expected: 'い', answer: `う\u2028${number}` }],
})
const filesIn = (folder: string): HistoryFiles => ({
  metrics: join(folder, 'metrics.jsonl'),
  predictions: join(folder, 'predictions'),
})

async function write(folder: string, from: number, to: number): Promise<void> {
  await mkdir(filesIn(folder).predictions, { recursive: true })
  const writer = await HistoryWriter.open(filesIn(folder))
  for (let number = from; number <= to; number++) {
    await writer.addStep(step(number))
    if (number % 2 === 0) await writer.addEvaluation(evaluation(number))
  }
  await writer.sync()
  await writer.close()
}

describe('the history of a run', () => {
  it('comes back as it was told', async () => {
    const folder = await newFolder()
    await write(folder, 1, 4)
    expect(await readHistory(filesIn(folder))).toEqual({
      steps: [1, 2, 3, 4].map(step),
      evaluations: [2, 4].map(evaluation),
      damagedLines: 0,
    })
    expect(await readHistory(filesIn(join(folder, 'nowhere')))).toEqual({ steps: [], evaluations: [], damagedLines: 0 })
  })

  it('forgets what came after the step that a run goes on from, its answers too', async () => {
    const folder = await newFolder()
    const told = async () => {
      const { steps, evaluations } = await readHistory(filesIn(folder))
      return [
        steps.map((one) => one.step),
        evaluations.map((one) => one.step),
        (await readdir(filesIn(folder).predictions)).sort(),
      ]
    }
    await write(folder, 1, 6)
    await rewindHistory(filesIn(folder), { step: 4, isEvaluated: true })
    expect(await told()).toEqual([
      [1, 2, 3, 4],
      [2, 4],
      ['2.jsonl', '4.jsonl'],
    ])
    await rewindHistory(filesIn(folder), { step: 4, isEvaluated: false })
    expect(await told()).toEqual([[1, 2, 3, 4], [2], ['2.jsonl']])
    await rewindHistory(filesIn(folder), null)
    expect(await told()).toEqual([[], [], []])
  })

  it(
    'has each step once after a process that ended at any boundary, and goes on without a hole',
    { timeout: 120_000 },
    async () => {
      const start = await newFolder()
      await write(start, 1, 2)
      await atEveryBoundary(
        start,
        (folder) => write(folder, 3, 4),
        async (folder, what) => {
          const { steps } = await readHistory(filesIn(folder))
          expect(steps.slice(0, 2), what).toEqual([1, 2].map(step))
          await rewindHistory(filesIn(folder), { step: 2, isEvaluated: true })
          await write(folder, 3, 4)
          expect(await readHistory(filesIn(folder)), what).toEqual({
            steps: [1, 2, 3, 4].map(step),
            evaluations: [2, 4].map(evaluation),
            damagedLines: 0,
          })
          expect(
            [await strays(folder), (await readFile(filesIn(folder).metrics, 'utf8')).split('\n').length],
            what,
          ).toEqual([[], 7])
        },
      )
    },
  )

  it('leaves out damaged lines, counts them, and keeps the rest', async () => {
    const folder = await newFolder()
    await write(folder, 1, 4)
    const { metrics, predictions } = filesIn(folder)
    const lines = (await readFile(metrics, 'utf8')).split('\n')
    lines.splice(1, 1, '{"type":"step","step":2,', 'null', '[]', '{"type":"step","step":"2"}', '\u0000\u0000\u0000')
    await writeFile(metrics, `${lines.join('\n')}{"type":"step","st`)
    await writeFile(join(predictions, '2.jsonl'), '{}\nx\n')
    const { steps, evaluations, damagedLines } = await readHistory(filesIn(folder))
    expect([steps.map((one) => one.step), evaluations.map(({ samples }) => samples.length), damagedLines]).toEqual([
      [1, 3, 4],
      [0, 1],
      7,
    ])
  })

  it('is no file at all: nothing is read, and it counts', async () => {
    const folder = await newFolder()
    await mkdir(filesIn(folder).metrics)
    expect(await readHistory(filesIn(folder))).toEqual({ steps: [], evaluations: [], damagedLines: 1 })
  })
})

describe('a disk that refuses', () => {
  const codes = [
    ['ENOSPC', 'disk-full'],
    ['EROFS', 'library/unwritable'],
    ['EIO', 'library/unwritable'],
  ] as const
  it.each(codes)(
    '%s at any boundary is told as %s, and the checkpoint before stays',
    { timeout: 120_000 },
    async (kind, code) => {
      const start = await newFolder()
      await save(start, snapshot(1))
      for (const forGood of [false, true]) {
        for (let at = 1; ; at++) {
          const folder = join(await newFolder(), 'copy')
          await cp(start, folder, { recursive: true })
          const fault: Fault = { at, kind, forGood }
          const disk = faultyDisk({ fault })
          const putBack = useDisk(disk)
          const failure = await save(folder, snapshot(2)).then(
            () => null,
            (error: unknown) => error,
          )
          putBack()
          const what = `${at} ${disk.seen[at - 1]}`
          if (disk.seen.length < at) break
          // What is removed last may stay: the next checkpoint removes it.
          if (failure !== null) expect(failure, what).toMatchObject({ error: { code } })
          const found = await latestCheckpoint(folder)
          expect(await readCheckpoint(found?.folder ?? '', layout, optimizers.AdamW.state), what).toEqual(
            snapshot(found?.step ?? 0),
          )
          await sweepCheckpoints(folder)
          expect((await latestCheckpoint(folder))?.step, what).toBe(found?.step)
        }
      }
    },
  )
})
