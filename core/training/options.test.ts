import { access, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { UserError, type SettingValues } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { loadModel } from '../generation/loaded-model.ts'
import { openRuntime } from '../runtime/index.ts'
import { checkpointAt, checkpointSteps, latestCheckpoint, usedCheckpoint } from './checkpoint-folder.ts'
import type { TrainEvent, TrainJob } from './job.ts'
import { Evaluator } from './evaluation.ts'
import { MemoryStrategy } from './memory-strategy.ts'
import { runInMicroBatches } from './micro-batches.ts'
import { packRows } from './packing.ts'
import type { TokenRow } from '../samples/token-row.ts'
import { cutToQuantile } from './padding-quantile.ts'
import { makeJob, runJob, someRows } from './testing/test-job.ts'

const folders: string[] = []
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))))
afterAll(() => expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

async function job(settings: Partial<SettingValues>, validation = someRows.slice(0, 2)): Promise<TrainJob> {
  const made = await makeJob(someRows, validation, {
    'training.batch_size': 4,
    'training.epochs': 2,
    'training.evaluation_epochs': 1,
    'training.learning_rate': 1e-3,
    ...settings,
  })
  folders.push(made.folder)
  return made
}
const evaluationsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.kind === 'evaluation' ? [event] : []))

describe('what a run is asked for', { timeout: 120_000 }, () => {
  it('evaluates before training where it should', async () => {
    const { events } = await runJob(await job({ 'training.evaluate_before_training': true }))
    expect(evaluationsOf(events).map(({ step }) => step)).toEqual([0, 1, 2])
  })

  it('goes on where an evaluation finds no memory', async () => {
    const evaluation = vi
      .spyOn(Evaluator.prototype, 'run')
      .mockRejectedValueOnce(new UserError('runtime/out-of-memory', { device: 'cuda' }))
    const { result, events } = await runJob(await job({}))
    evaluation.mockRestore()
    expect(result.outcome).toBe('finished')
    expect(events.flatMap((event) => (event.kind === 'log' ? [[event.code, event.facts]] : []))).toContainEqual([
      'run/not-evaluated',
      { step: 1 },
    ])
    expect(evaluationsOf(events).map(({ step }) => step)).toEqual([2])
  })

  it('finds the loss where there is no memory for answers, and says so', async () => {
    const answering = vi
      .spyOn(Generator, 'open')
      .mockRejectedValue(new UserError('runtime/out-of-memory', { device: 'cuda' }))
    const { events } = await runJob(await job({ 'training.epochs': 1 }))
    const [evaluation] = evaluationsOf(events)
    expect(evaluation).toMatchObject({ samples: [], validationLoss: expect.any(Number) as number })
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'log', code: 'run/not-answered', facts: { step: 1 } }),
    )
    // A metric that needs them is not to be had.
    const { events: others } = await runJob(await job({ 'training.epochs': 1, 'prediction.metric': 'BLEU' }))
    answering.mockRestore()
    expect(evaluationsOf(others)).toEqual([])
    expect(others).toContainEqual(
      expect.objectContaining({ kind: 'log', code: 'run/not-evaluated', facts: { step: 1 } }),
    )
  })

  it('scores every validation row with text metrics, and perplexity both ways', async () => {
    const [evaluation] = evaluationsOf(
      (
        await runJob(
          await job({ 'prediction.metric': 'BLEU', 'training.epochs': 1, 'prediction.max_length_inference': 8 }),
        )
      ).events,
    )
    expect(Object.keys(evaluation!.metrics).sort()).toEqual([
      'bleu',
      'chrf',
      'exactMatch',
      'perplexity',
      'tokenPerplexity',
    ])
    expect(evaluation!.metrics['tokenPerplexity']).toBeCloseTo(Math.exp(evaluation!.validationLoss!), 6)
    for (const value of Object.values(evaluation!.metrics)) expect(Number.isFinite(value)).toBe(true)
  })

  it('keeps a checkpoint of every evaluation, and goes on from an earlier one exactly as the unbroken run', async () => {
    const made = await job({
      'training.save_checkpoint': 'each_evaluation_epoch',
      'training.epochs': 4,
      'training.optimizer': 'AdamW8bit',
      'training.lora_dropout': 0.1,
    })
    const { losses } = await runJob(made)
    expect(await checkpointSteps(made.checkpointFolder)).toEqual([1, 2, 3, 4])
    const again = await runJob({ ...made, resumeFrom: (await checkpointAt(made.checkpointFolder, 2))!.folder })
    expect(again.losses).toEqual(losses.slice(2))
    expect(await checkpointAt(made.checkpointFolder, 9)).toBeNull()
  })

  it('uses the best checkpoint for chat where the settings say so', async () => {
    const made = await job({
      'training.learning_rate': 0.5,
      'training.gradient_clip': 0,
      'training.epochs': 4,
      'training.evaluate_before_training': true,
    })
    await runJob(made)
    expect(await latestCheckpoint(made.checkpointFolder, 'best')).not.toEqual(
      await latestCheckpoint(made.checkpointFolder),
    )
    expect((await usedCheckpoint(made.checkpointFolder, { 'training.save_checkpoint': 'best' }))?.step).toBeLessThan(4)
    expect((await usedCheckpoint(made.checkpointFolder, { 'training.save_checkpoint': 'last' }))?.step).toBe(4)
  })

  it('begins with the result of another run', async () => {
    const first = await job({ 'training.epochs': 8 })
    const { losses } = await runJob(first)
    const second = await job({ 'training.epochs': 1, 'training.lora_dropout': 0 })
    const {
      losses: [loss],
    } = await runJob({ ...second, startFrom: (await latestCheckpoint(first.checkpointFolder))!.folder })
    expect(loss).toBeLessThan(losses[0]! * 0.95)
    const other = await job({ 'training.lora_r': 3 })
    await expect(
      runJob({ ...other, startFrom: (await latestCheckpoint(first.checkpointFolder))!.folder }),
    ).rejects.toMatchObject({ error: { code: 'checkpoint/layout' } })
  })

  it('learns the validation rows too where it should', async () => {
    const { events } = await runJob(await job({ 'training.train_validation_data': true, 'training.epochs': 1 }))
    expect(events.find(({ kind }) => kind === 'prepared')).toMatchObject({
      trainRowCount: someRows.length + 2,
      validationRowCount: 2,
    })
  })

  it('writes a whole model where every weight is trained, which opens and goes on by itself', async () => {
    const made = await job({ 'training.lora': false, 'training.learning_rate': 1e-4, 'training.epochs': 3 })
    const { losses } = await runJob(made)
    const { folder } = (await latestCheckpoint(made.checkpointFolder))!
    expect((await readdir(folder)).sort()).toEqual(
      expect.arrayContaining([
        'config.json',
        'model.safetensors',
        'spiece.model',
        'state.json',
        'tokenizer_config.json',
      ]),
    )
    await expect(access(join(folder, 'adapter_config.json'))).rejects.toThrow()
    expect((await loadModel(folder)).tokenizer.encode('はい').length).toBeGreaterThan(0)
    const next = await job({ 'training.epochs': 1 })
    expect((await runJob({ ...next, modelFolder: folder })).losses[0]).toBeLessThan(losses[0]!)
  })

  it('refuses to train quantized weights themselves', async () => {
    await expect(
      runJob(await job({ 'training.lora': false, 'architecture.backbone_dtype': 'int8' })),
    ).rejects.toMatchObject({ error: { code: 'training/quantized-full', facts: { dtype: 'int8' } } })
  })

  it('says in adapter_config.json what PEFT must know', async () => {
    const made = await job({
      'training.use_dora': true,
      'training.use_rslora': true,
      'training.lora_unfreeze_layers': 'head',
      'training.epochs': 1,
    })
    await runJob(made)
    const config = JSON.parse(
      await readFile(join((await latestCheckpoint(made.checkpointFolder))!.folder, 'adapter_config.json'), 'utf8'),
    ) as Record<string, unknown>
    expect(config).toMatchObject({ use_dora: true, use_rslora: true, r: 2, lora_alpha: 4 })
    expect(config['modules_to_save']).toEqual(['embed_tokens', 'lm_head'])
  })
})

describe('micro-batches', () => {
  const rows = Array.from({ length: 7 }, (_, row) => ({
    ids: Int32Array.of(row, 1, 2),
    labelMask: Uint8Array.of(0, 1, 1),
  }))
  const outOfMemory = () => new UserError('runtime/out-of-memory', { device: 'cpu' })

  /**
   * Batches on a device with room for so many rows at once, or so many whenever room was just made; what was tried, in
   * rows.
   */
  function crowded(room: { rows: number; afterMaking: number }) {
    const tried: (number[] | 'room')[] = []
    const reduced: number[] = []
    let isEmpty = true
    const free = () => {
      tried.push('room')
      isEmpty = true
    }
    const parts = { memory: new MemoryStrategy(), pack: (packed: readonly TokenRow[]) => packRows(packed), free }
    const step = async (packed: readonly { tokenCount: number }[]) => {
      const counts = packed.map(({ tokenCount }) => tokenCount / 3)
      tried.push(counts)
      if (counts.some((count) => count > (isEmpty ? room.afterMaking : room.rows))) throw outOfMemory()
      isEmpty = false
    }
    return {
      tried,
      reduced,
      run: (count: number) =>
        runInMicroBatches(parts, { batches: [rows.slice(0, count)], step, onReduced: (size) => reduced.push(size) }),
    }
  }

  it('are halved until they fit, and stay so', async () => {
    const { run, tried, reduced } = crowded({ rows: 2, afterMaking: 2 })
    await run(7)
    await run(3)
    expect(reduced).toEqual([4, 2])
    expect(tried).toEqual([[7], 'room', [4, 3], 'room', [2, 2, 2, 1], [2, 1]])
  })

  it('are halved only where what earlier ones left was not to blame', async () => {
    const { run, tried, reduced } = crowded({ rows: 1, afterMaking: 3 })
    await run(1)
    await run(2)
    await run(7)
    // Twice would be every time.
    await run(2)
    expect(reduced).toEqual([4, 2, 1])
    expect(tried).toEqual([
      [1],
      [2],
      'room',
      [2],
      [7],
      'room',
      [7],
      'room',
      [4, 3],
      'room',
      [2, 2, 2, 1],
      [2],
      'room',
      [1, 1],
    ])
  })

  it('give up where even one row is too much, and pass other errors on', async () => {
    const run = (error: Error) =>
      runInMicroBatches(
        { memory: new MemoryStrategy(), pack: (packed) => packRows(packed), free: () => {} },
        { batches: [rows], step: () => Promise.reject(error), onReduced: () => {} },
      )
    await expect(run(outOfMemory())).rejects.toMatchObject({ error: { code: 'runtime/out-of-memory' } })
    await expect(run(new Error('other'))).rejects.toThrow('other')
  })
})

describe('padding quantile', () => {
  const row = (length: number) => ({
    ids: Int32Array.from({ length }, (_, index) => index),
    labelMask: new Uint8Array(length).fill(1),
  })
  const lengths = (q: number) => cutToQuantile([2, 4, 6, 8, 20].map(row), q).map(({ ids }) => ids.length)

  it('cuts nothing at 0 and 1', () =>
    expect([lengths(0), lengths(1)]).toEqual([
      [2, 4, 6, 8, 20],
      [2, 4, 6, 8, 20],
    ]))
  it('cuts the beginning of rows that are longer than the quantile', () => {
    expect(lengths(0.75)).toEqual([2, 4, 6, 8, 8])
    expect(lengths(0.5)).toEqual([2, 4, 6, 6, 6])
    expect([...cutToQuantile([row(2), row(4), row(6)], 0.5)[2]!.ids]).toEqual([2, 3, 4, 5])
  })
})
