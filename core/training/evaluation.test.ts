import { rm } from 'node:fs/promises'
import { afterAll, expect, it, vi } from 'vitest'
import { UserError } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { openRuntime } from '../runtime/index.ts'
import { NO_RESIDENT_WEIGHTS } from '../weights/resident.ts'
import { Evaluator } from './evaluation.ts'
import { MemoryStrategy } from './memory-strategy.ts'
import type { PackedBatch } from './packing.ts'
import { setUpTraining } from './setup.ts'
import type { StepRunner } from './step-runner.ts'
import { makeJob, runJob, someRows } from './testing/test-job.ts'

afterAll(() => expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

const rowsOf = ({ segments }: PackedBatch): number => new Set(segments.filter((segment) => segment >= 0)).size

it(
  'finds the same in as few rows at a time as fit, and fails where even one does not',
  { timeout: 60_000 },
  async () => {
    const job = await makeJob(someRows, someRows, { 'prediction.metric': 'BLEU' })
    const { signal } = new AbortController()
    const setup = await setUpTraining(job, { signal, onEvent: () => {} })
    const tried: (number | 'room')[] = []
    /** The runner on a device with room for so many rows. */
    const withRoom = (rows: number) =>
      new Evaluator({
        ...setup,
        settings: job.settings,
        resident: NO_RESIDENT_WEIGHTS,
        memory: new MemoryStrategy(),
        runner: {
          p: setup.runner.p,
          closeSessions: () => {
            tried.push('room')
            setup.runner.closeSessions()
          },
          losses: async (batch: PackedBatch) => {
            tried.push(rowsOf(batch))
            if (rowsOf(batch) > rows) throw new UserError('runtime/out-of-memory', { device: 'cpu' })
            return setup.runner.losses(batch)
          },
        } as StepRunner,
      })
    const [wide, narrow, none] = [withRoom(5), withRoom(2), withRoom(0)]
    const found = await narrow.run(signal, 5)
    expect(tried).toEqual([5, 'room', 5, 'room', 3, 'room', 2, 2, 1, 'room', 'room'])
    const wanted = await wide.run(signal, 5)
    expect(found?.validationLoss).toBeCloseTo(wanted?.validationLoss ?? NaN, 5)
    expect(found?.samples).toEqual(wanted?.samples)
    await expect(none.run(signal, 5)).rejects.toMatchObject({ error: { code: 'runtime/out-of-memory' } })
    for (const resource of [wide, narrow, none, setup]) resource.dispose()
    await rm(job.folder, { recursive: true })
  },
)

it(
  'computes losses, answers and steps in turns where two of them do not fit together',
  { timeout: 60_000 },
  async () => {
    const job = await makeJob(someRows, someRows, { 'prediction.metric': 'BLEU', 'prediction.batch_size_inference': 1 })
    const { signal } = new AbortController()
    const setup = await setUpTraining(job, { signal, onEvent: () => {} })
    const done: string[] = []
    const { generate } = Generator.prototype
    const answering = vi.spyOn(Generator.prototype, 'generate').mockImplementation(async function (
      this: Generator,
      ...asked
    ) {
      if (done.at(-1) === 'losses') throw new UserError('runtime/out-of-memory', { device: 'cuda' })
      if (done.at(-1) !== 'answers') done.push('answers')
      return generate.apply(this, asked)
    })
    const runner = {
      p: setup.runner.p,
      closeSessions: () => {
        done.push('room')
        setup.runner.closeSessions()
      },
      losses: (batch: PackedBatch) => {
        done.push('losses')
        return setup.runner.losses(batch)
      },
    } as StepRunner
    const evaluator = new Evaluator({ ...setup, settings: job.settings, resident: NO_RESIDENT_WEIGHTS, runner })
    const first = await evaluator.run(signal, 5)
    expect(done.splice(0)).toEqual(['losses', 'room', 'answers', 'room'])
    expect(await evaluator.run(signal, 5)).toEqual(first)
    expect(done).toEqual(['room', 'losses', 'room', 'answers', 'room'])
    answering.mockRestore()
    for (const resource of [evaluator, setup]) resource.dispose()
    await rm(job.folder, { recursive: true })
  },
)

// The answer alone may be as long as a row may be: then nothing is left of its prompt.
it.each([
  [32, 16, 16],
  [32, 16, 32],
  [32, 256, 256],
  [48, 16, 256],
  [48, 256, 32],
])(
  'answers rows cut to %i tokens, prompts to %i, answers to %i',
  { timeout: 60_000 },
  async (whole, prompt, answer) => {
    const rows = someRows.flatMap(
      ([question, text], index) =>
        [
          [question, text.repeat(20)],
          [question.repeat(20), text],
          [index === 0 ? '' : question, text],
        ] as const,
    )
    const job = await makeJob(rows, rows, {
      'tokenizer.max_length': whole,
      'tokenizer.max_length_prompt': prompt,
      'tokenizer.max_length_answer': answer,
      'training.batch_size': 3,
      'training.epochs': 1,
      'prediction.metric': 'BLEU',
      'prediction.max_length_inference': 2,
      'dataset.text_prompt_start': '',
      'dataset.text_answer_separator': '',
      'dataset.add_eos_token_to_prompt': false,
      'dataset.sample_format': whole === 48 ? 'h2o' : 'auto',
    })
    const { events } = await runJob(job)
    expect(events.flatMap((event) => (event.kind === 'evaluation' ? [event.samples.length] : []))).toEqual([3])
    await rm(job.folder, { recursive: true })
  },
)
