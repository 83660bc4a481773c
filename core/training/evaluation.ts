import { generationSettingsOf, type Evaluation, type SettingValues } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { stopStringsOf } from '../generation/stopping.ts'
import type { LoadedModel } from '../generation/loaded-model.ts'
import { bleu, chrf, exactMatch, mean, meanRowPerplexity, tokenPerplexity } from '../metrics/index.ts'
import type { LoraLayout } from '../models/lora.ts'
import { isOutOfMemory, type Device } from '../runtime/index.ts'
import type { ResidentWeights } from '../weights/resident.ts'
import type { EvaluationWork, MemoryStrategy } from './memory-strategy.ts'
import { packRows, type PackedBatch } from './packing.ts'
import { formatFor } from '../samples/sample-format.ts'
import type { TrainingSample } from '../samples/sample-files.ts'
import { sampleOptionsOf } from '../samples/samples.ts'
import type { StepRunner } from './step-runner.ts'

/** How many rows are answered at each evaluation, where the metric does not need all. */
export const SAMPLE_ANSWERS = 3

/** True where the metric is computed from the answers to all validation rows. */
export const needsEveryAnswer = (settings: Pick<SettingValues, 'prediction.metric'>): boolean =>
  ['BLEU', 'chrF', 'ExactMatch'].includes(settings['prediction.metric'])

export interface EvaluatorParts {
  readonly model: LoadedModel
  readonly device: Device
  readonly layout: LoraLayout
  readonly resident: ResidentWeights
  readonly runner: StepRunner
  /** The longest sequence that rows may be packed into. */
  readonly maxTokens: number
  readonly settings: SettingValues
  readonly trainSamples: readonly TrainingSample[]
  readonly validationSamples: readonly TrainingSample[]
  /** What fits into memory; the one that steps ask too. */
  readonly memory: MemoryStrategy
}

/** What an evaluation finds, and how good it is. */
export interface EvaluationResult extends Omit<Evaluation, 'step' | 'epoch'> {
  /** By the metric of the settings, the lower the better; null without validation rows. */
  readonly score: number | null
}

/**
 * Validation loss, perplexity and metrics of the validation rows, and some answers to look at. Dispose of it before the
 * runner.
 */
export class Evaluator {
  readonly #parts: EvaluatorParts
  #generator: Generator | null = null

  constructor(parts: EvaluatorParts) {
    this.#parts = parts
  }

  /**
   * Evaluates the present p; null where the signal came in between. `batchRows` rows are computed at once, or as many
   * as fit. Throws what even single rows run into; where there is no memory for answers, but for losses, and no metric
   * needs answers, there are no samples.
   */
  async run(signal: AbortSignal, batchRows: number): Promise<EvaluationResult | null> {
    this.#beginWork()
    try {
      return await this.#evaluate(signal, batchRows)
    } finally {
      this.#beginWork()
    }
  }

  /** Closes the sessions of steps, losses and answers: whoever computes next has all the memory. */
  freeMemory(): void {
    this.dispose()
    this.#parts.runner.closeSessions()
  }

  #beginWork(): void {
    if (this.#parts.memory.tell({ kind: 'work-begins' }) === 'free') this.freeMemory()
  }

  async #evaluate(signal: AbortSignal, batchRows: number): Promise<EvaluationResult | null> {
    const { settings, validationSamples } = this.#parts
    const losses = await this.#inParts('losses', Math.min(batchRows, validationSamples.length), (rows) =>
      this.#losses(signal, rows),
    )
    if (losses === null) return null
    this.#beginWork()
    const asked = this.#asked()
    const counted = losses.flat()
    const samples =
      (await this.#inParts(
        'answers',
        Math.min(settings['prediction.batch_size_inference'] || batchRows, asked.length),
        (rows) => this.#answers(asked, signal, rows),
        // Where there are losses and no metric needs the answers, the evaluation is of use without them.
        { areNeeded: counted.length === 0 || this.#needsEveryAnswer() },
      )) ?? []
    if (signal.aborted) return null
    const validationLoss = counted.length > 0 ? mean(counted) : null
    const metrics =
      validationLoss === null
        ? {}
        : {
            perplexity: meanRowPerplexity(losses),
            tokenPerplexity: tokenPerplexity(counted),
            ...this.#textMetrics(samples),
          }
    return {
      validationLoss,
      metrics,
      samples: samples.slice(0, SAMPLE_ANSWERS),
      score: this.#score(validationLoss, metrics),
    }
  }

  /**
   * Computes so many rows at once, or as many as fit (memory-strategy.ts). Null where the signal came in between, or
   * where the work is left out.
   */
  async #inParts<T>(
    work: EvaluationWork,
    rows: number,
    compute: (rows: number) => Promise<T>,
    { areNeeded }: { readonly areNeeded: boolean } = { areNeeded: true },
  ): Promise<T | null> {
    const { memory } = this.#parts
    for (;;) {
      const size = memory.rowsAtOnce(work, rows)
      try {
        return await compute(size)
      } catch (error) {
        if (!isOutOfMemory(error)) throw error
        const action = memory.tell(
          work === 'losses' ? { kind: 'losses-short', rows: size } : { kind: 'answers-short', rows: size, areNeeded },
        )
        if (action === 'leave-out') return null
        if (action !== 'retry') throw error
        this.freeMemory()
      }
    }
  }

  dispose(): void {
    this.#generator?.dispose()
    this.#generator = null
  }

  /** The losses of every row's counted tokens. */
  async #losses(signal: AbortSignal, size: number): Promise<number[][] | null> {
    const { validationSamples, runner, maxTokens } = this.#parts
    const all: number[][] = []
    for (let start = 0; start < validationSamples.length; start += size) {
      if (signal.aborted) return null
      const batch = packRows(validationSamples.slice(start, start + size), maxTokens)
      all.push(...byRow(batch, await runner.losses(batch)))
    }
    return all
  }

  /** The rows that are answered. */
  #asked(): readonly TrainingSample[] {
    const { trainSamples, validationSamples } = this.#parts
    const shown = new Map(
      (validationSamples.length > 0 ? validationSamples : trainSamples).map((sample) => [sample.prompt, sample]),
    )
    return this.#needsEveryAnswer() ? validationSamples : [...shown.values()].slice(0, SAMPLE_ANSWERS)
  }

  async #answers(
    chosen: readonly TrainingSample[],
    signal: AbortSignal,
    size: number,
  ): Promise<{ prompt: string; expected: string; answer: string }[] | null> {
    const { model, device, layout, resident, runner, settings } = this.#parts
    this.#generator ??= await Generator.open(model, device, layout, resident)
    const generation = { ...generationSettingsOf(settings), 'prediction.seed': settings['environment.seed'] }
    const stopStrings = stopStringsOf(formatFor(model.tokenizer, sampleOptionsOf(settings).format), model.tokenizer)
    const p = await runner.p.read()
    const texts: string[] = []
    for (let start = 0; start < chosen.length; start += size) {
      const prompts = chosen.slice(start, start + size).map(({ promptIds }) => promptIds)
      const answers = await this.#generator.generate({ prompts, settings: generation, stopStrings, signal }, p)
      if (signal.aborted) return null
      texts.push(...answers.map(({ text }) => text))
    }
    // Training needs the memory until the next evaluation.
    this.#generator.rest()
    return chosen.map(({ prompt, answer }, index) => ({ prompt, expected: answer, answer: texts[index] ?? '' }))
  }

  #needsEveryAnswer(): boolean {
    const { settings, validationSamples } = this.#parts
    return validationSamples.length > 0 && needsEveryAnswer(settings)
  }

  #textMetrics(samples: readonly { readonly expected: string; readonly answer: string }[]): Record<string, number> {
    if (!this.#needsEveryAnswer()) return {}
    const tokenizer = this.#parts.settings['prediction.bleu_tokenizer']
    const average = (score: (answer: string, expected: string) => number) =>
      mean(samples.map(({ answer, expected }) => score(answer, expected)))
    return {
      bleu: average((answer, expected) => bleu(answer, expected, { tokenizer })),
      chrf: average((answer, expected) => chrf(answer, expected)),
      exactMatch: average(exactMatch),
    }
  }

  #score(validationLoss: number | null, metrics: Readonly<Record<string, number>>): number | null {
    switch (this.#parts.settings['prediction.metric']) {
      case 'loss':
        return validationLoss
      case 'Perplexity':
        return metrics['perplexity'] ?? null
      case 'BLEU':
        return negative(metrics['bleu'])
      case 'chrF':
        return negative(metrics['chrf'])
      case 'ExactMatch':
        return negative(metrics['exactMatch'])
    }
  }
}

const negative = (value: number | undefined): number | null => (value === undefined ? null : -value)

/** Cuts the losses [M] of a packed batch into those of each row. */
function byRow({ targets, segments }: PackedBatch, losses: Float32Array): number[][] {
  const rows = new Map<number, number[]>()
  for (const [index, target] of targets.entries()) {
    const row = segments[target] as number
    rows.set(row, [...(rows.get(row) ?? []), losses[index] as number])
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, list]) => list)
}
