import { generationSettingsOf, type Evaluation, type SettingValues } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { stopStringsOf } from '../generation/stopping.ts'
import type { LoadedModel } from '../generation/loaded-model.ts'
import { bleu, chrf, exactMatch, mean, meanRowPerplexity, tokenPerplexity } from '../metrics/index.ts'
import type { LoraLayout } from '../models/lora.ts'
import { isOutOfMemory, type Device } from '../runtime/index.ts'
import type { ResidentWeights } from '../weights/resident.ts'
import { packRows, type PackedBatch } from './packing.ts'
import { formatFor } from '../samples/sample-format.ts'
import type { TrainingSample } from '../samples/sample-files.ts'
import { sampleOptionsOf } from '../samples/samples.ts'
import type { StepRunner } from './step-runner.ts'

/** How many rows are answered at each evaluation, where the metric does not need all. */
const SAMPLE_ANSWERS = 3

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
  /** So many rows fit at once, as far as is known. */
  readonly #fitting = { losses: Infinity, answers: Infinity }
  /** Memory is short: training and evaluation take turns in it. */
  #isShort = false

  constructor(parts: EvaluatorParts) {
    this.#parts = parts
  }

  /**
   * Evaluates the present p; null where the signal came in between. `batchRows` rows are computed at once, or as many
   * as fit. Throws what even single rows run into; where there is no memory for answers, but for losses, and no metric
   * needs answers, there are no samples.
   */
  async run(signal: AbortSignal, batchRows: number): Promise<EvaluationResult | null> {
    if (this.#isShort) this.makeRoom()
    try {
      return await this.#evaluate(signal, batchRows)
    } finally {
      if (this.#isShort) this.makeRoom()
    }
  }

  /**
   * Frees what training and evaluation have taken: whoever computes next begins with all the memory that there is. From
   * now on they take turns.
   */
  makeRoom(): void {
    this.#isShort = true
    this.dispose()
    this.#parts.runner.rest()
  }

  async #evaluate(signal: AbortSignal, batchRows: number): Promise<EvaluationResult | null> {
    const { settings, validationSamples } = this.#parts
    const losses = await this.#inPieces('losses', Math.min(batchRows, validationSamples.length), (rows) =>
      this.#losses(signal, rows),
    )
    if (losses === null) return null
    if (this.#isShort) this.#parts.runner.rest()
    const asked = this.#asked()
    const counted = losses.flat()
    const samples = await this.#inPieces(
      'answers',
      Math.min(settings['prediction.batch_size_inference'] || batchRows, asked.length),
      (rows) => this.#answers(asked, signal, rows),
    ).catch((error: unknown) => {
      // The loss is known and says how good it is.
      if (!isOutOfMemory(error) || counted.length === 0 || this.#needsEveryAnswer()) throw error
      return []
    })
    if (samples === null) return null
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
   * Computes so many rows at once; where memory is short, without what was taken before, then half of them, and half
   * again, until they fit.
   */
  async #inPieces<T>(what: 'losses' | 'answers', rows: number, compute: (rows: number) => Promise<T>): Promise<T> {
    for (let hasRoom = this.#isShort; ; hasRoom = true) {
      const size = Math.max(1, Math.min(rows, this.#fitting[what]))
      try {
        return await compute(size)
      } catch (error) {
        if (!isOutOfMemory(error) || (size === 1 && hasRoom)) throw error
        if (hasRoom) this.#fitting[what] = Math.ceil(size / 2)
        this.makeRoom()
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
    const stopStrings = stopStringsOf(formatFor(model.tokenizer, sampleOptionsOf(settings).format))
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
    return validationSamples.length > 0 && ['BLEU', 'chrF', 'ExactMatch'].includes(settings['prediction.metric'])
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
