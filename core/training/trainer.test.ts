import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readAdapter, writeAdapter } from '../checkpoints/index.ts'
import type { SettingValues } from '../contract/index.ts'
import { openRuntime } from '../runtime/index.ts'
import { latestCheckpoint } from './checkpoint-folder.ts'
import type { TrainEvent } from './job.ts'
import { makeJob, runJob, someRows } from './testing/test-job.ts'

const folders: string[] = []
async function job(
  rows: Parameters<typeof makeJob>[0],
  validation: Parameters<typeof makeJob>[1] = [],
  settings: Partial<SettingValues> = {},
) {
  const made = await makeJob(rows, validation, settings)
  folders.push(made.folder)
  return made
}
const ofKind = <K extends TrainEvent['kind']>(events: readonly TrainEvent[], kind: K) =>
  events.filter((event): event is Extract<TrainEvent, { kind: K }> => event.kind === kind)

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })))
  expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 })
})

describe('training', { timeout: 300_000 }, () => {
  it('goes on after a stop exactly as the unbroken run, step by step', async () => {
    const stopAfter = 1 + Math.floor(Math.random() * 5)
    console.log('stopped after step', stopAfter)
    const settings = { 'training.epochs': 3, 'training.evaluation_epochs': 1 } as const
    const unbroken = await runJob(await job(someRows, someRows.slice(0, 2), settings))
    expect(unbroken.result).toEqual({ outcome: 'finished', step: 6, lastLoss: unbroken.losses.at(-1) })

    const broken = await job(someRows, someRows.slice(0, 2), settings)
    const first = await runJob(broken, { stopAfter })
    expect(first.result).toMatchObject({ outcome: 'stopped', step: stopAfter })
    const checkpoint = await latestCheckpoint(broken.checkpointFolder)
    expect(checkpoint?.step).toBe(stopAfter)
    const second = await runJob({ ...broken, resumeFrom: checkpoint?.folder ?? null })
    expect(second.result.outcome).toBe('finished')
    expect(ofKind(second.events, 'prepared')[0]).toMatchObject({ firstStep: stopAfter, totalSteps: 6 })
    expect([...first.losses, ...second.losses]).toEqual(unbroken.losses)
    const answers = (events: readonly TrainEvent[]) =>
      ofKind(events, 'evaluation').map(({ step, validationLoss, samples }) => ({ step, validationLoss, samples }))
    expect([...answers(first.events), ...answers(second.events)]).toEqual(answers(unbroken.events))
  })

  it('learns, and tells loss, learning rate, gradient, tokens and evaluations', async () => {
    const { events, losses } = await runJob(
      await job(someRows.slice(0, 2), someRows.slice(0, 2), {
        'training.epochs': 8,
        'training.evaluation_epochs': 4,
        'training.learning_rate': 2e-3,
      }),
    )
    expect(losses.length).toBe(8)
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2)
    const [first] = ofKind(events, 'step')
    expect(first).toMatchObject({ step: 1, epoch: 1, learningRate: 2e-3 })
    expect(first?.gradientNorm).toBeGreaterThan(0)
    const evaluations = ofKind(events, 'evaluation')
    expect(evaluations.map(({ step }) => step)).toEqual([4, 8])
    expect(evaluations[1]?.validationLoss).toBeLessThan(evaluations[0]?.validationLoss as number)
    expect(evaluations[1]?.samples.map(({ prompt, expected }) => [prompt, expected])).toEqual(someRows.slice(0, 2))
  })

  it('gives equal losses for equal seeds, others for another seed', async () => {
    const losses = async (seed: number) =>
      (await runJob(await job(someRows, [], { 'training.epochs': 1, 'environment.seed': seed }))).losses
    const first = await losses(5)
    expect(await losses(5)).toEqual(first)
    expect(await losses(6)).not.toEqual(first)
  })

  it('keeps the best and the last checkpoint, which PEFT can read, and writes one when enough time has passed', async () => {
    let clock = 0
    const made = await job(someRows, [['1+1は?', '3です。']], {
      'training.epochs': 5,
      'training.evaluation_epochs': 5,
      'training.learning_rate': 1e-3,
    })
    const { events } = await runJob(made, { now: () => (clock += 9_000) })
    expect(ofKind(events, 'checkpoint').length).toBeGreaterThan(2)
    const names = await Promise.all(
      ['best', 'last'].map(async (name) => (await readFile(join(made.checkpointFolder, name), 'utf8')).trim()),
    )
    expect((await readdir(made.checkpointFolder)).sort()).toEqual([...new Set(names), 'best', 'last'].sort())
    const folder = join(made.checkpointFolder, names[1] as string)
    expect((await readdir(folder)).sort()).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'optimizer.safetensors',
      'state.json',
    ])
    const { config, modules } = await readAdapter(folder)
    expect([config.rank, config.alpha, modules.size, modules.get('model.layers.7.mlp.down_proj')?.inputSize]).toEqual([
      2, 4, 56, 1024,
    ])
  })

  it('only evaluates with 0 epochs: answers are those of the base model', async () => {
    const { result, events, losses } = await runJob(await job(someRows, someRows.slice(0, 1), { 'training.epochs': 0 }))
    expect([result, losses]).toEqual([{ outcome: 'finished', step: 0, lastLoss: null }, []])
    expect(ofKind(events, 'evaluation')).toMatchObject([{ step: 0, epoch: 0 }])
  })

  it('takes all rows as a batch where there are fewer, and says so', async () => {
    const { events, losses } = await runJob(
      await job(someRows.slice(0, 3), [], { 'training.epochs': 1, 'training.batch_size': 16 }),
    )
    expect(losses.length).toBe(1)
    expect(ofKind(events, 'log')).toEqual([
      { kind: 'log', level: 'warning', code: 'run/batch-reduced', facts: { rows: 3, batchSize: 16 } },
    ])
  })

  it('leaves out rows without an answer and tells how many, and which was the first', async () => {
    const { events } = await runJob(
      await job([someRows[0]!, ['空は?', ' '], someRows[2]!], [], { 'training.epochs': 1 }),
    )
    expect(ofKind(events, 'log')).toEqual([
      { kind: 'log', level: 'warning', code: 'run/rows-skipped', facts: { count: 1, firstRow: 2 } },
    ])
  })

  it('refuses a dataset without rows', async () => {
    await expect(runJob(await job([]))).rejects.toMatchObject({ error: { code: 'dataset/empty' } })
  })

  it('ends with the step where the loss is no number any more', async () => {
    const made = await job(someRows, [], { 'training.epochs': 2 })
    await runJob(made, { stopAfter: 1 })
    const checkpoint = await latestCheckpoint(made.checkpointFolder)
    const { config, modules } = await readAdapter(checkpoint?.folder ?? '')
    const huge = [...modules].map(
      ([path, module]) => [path, { ...module, a: module.a.map(() => 1e30), b: module.b.map(() => 1e30) }] as const,
    )
    await writeAdapter(checkpoint?.folder ?? '', { config, modules: new Map(huge) })
    await expect(runJob({ ...made, resumeFrom: checkpoint?.folder ?? '' })).rejects.toMatchObject({
      error: { code: 'training/diverged', facts: { step: 2 } },
    })
    expect(await latestCheckpoint(made.checkpointFolder)).toEqual(checkpoint)
  })

  it('does nothing when it is stopped before the first step, and can go on from there', async () => {
    const made = await job(someRows, [], { 'training.epochs': 1 })
    const { train } = await import('./trainer.ts')
    const result = await train(made, { signal: AbortSignal.abort(), onEvent: () => undefined })
    expect(result).toEqual({ outcome: 'stopped', step: 0, lastLoss: null })
    const checkpoint = await latestCheckpoint(made.checkpointFolder)
    expect((await runJob({ ...made, resumeFrom: checkpoint?.folder ?? null })).result.outcome).toBe('finished')
  })
})
