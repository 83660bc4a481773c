import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultSettings, type SettingValues } from '../core/contract/index.ts'
import { freeCudaBytes } from '../core/runtime/cuda-driver.ts'
import { openRuntime } from '../core/runtime/index.ts'
import { cardGB, median, rounded } from './measure.ts'
import { jobIn, runJob } from '../core/training/testing/test-job.ts'

/** A whole run through the trainer. */
export interface JobFigures {
  readonly rows: number
  readonly batchSize: number
  readonly seconds: number
  readonly medianStepMs: number
  readonly steps: number
  /** Steps that took more than three times the median: mostly those whose shape was captured. */
  readonly slowSteps: number
  /** What the card had left before it. */
  readonly freeGB: number
  /** What nvidia-smi says that the card holds in the end. */
  readonly cardGB: number
  readonly losses: readonly number[]
  /** What the log said besides the steps. */
  readonly log: readonly string[]
}

const WORDS = [
  '今日',
  '天気',
  '研究',
  '手順',
  '設定',
  '質問',
  '画面',
  '方法',
  '確認',
  '説明',
  '必要',
  '場合',
  '問題',
  '結果',
  '情報',
  'です',
  'ます',
  'から',
  'ので',
  'について',
  'してください',
  'できますか',
  '、',
  '。',
  'は',
  'が',
  'を',
  'に',
  'と',
  'も',
]
/** Lengths in words: medians of about 40 and 60 tokens with long tails, as the rows of hh-rlhf-eval-3k-ja have them. */
const [PROMPT_WORDS, ANSWER_WORDS] = [25, 40]

export interface Job {
  readonly rows: number
  readonly batchSize: number
  readonly maxTokens: number
  /** How many times as long as the tutorial's the rows are. */
  readonly longer: number
  /** On a card of which no more is free, with weights in so many bits; evaluated with some rows and whole answers. */
  readonly crowded?: { readonly freeGB: number; readonly weights: SettingValues['architecture.backbone_dtype'] }
}

const EVALUATED_ROWS = 8

/** A whole run of one epoch, of rows shaped like hh-rlhf-eval-3k-ja. */
export async function measureJob(
  modelFolder: string,
  { rows, batchSize, maxTokens, longer, crowded }: Job,
): Promise<JobFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-job-'))
  try {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, row) => ({
        rowId: row,
        rowNumber: row + 1,
        prompt: textOf(row, PROMPT_WORDS * longer),
        answer: textOf(row + rows, ANSWER_WORDS * longer),
      }))
    const settings = {
      ...defaultSettings(),
      'training.epochs': 1,
      'training.batch_size': batchSize,
      'tokenizer.max_length': maxTokens,
      'training.lora_r': 4,
      'training.lora_target_modules': 'c_attn',
      'training.evaluation_epochs': 1,
      ...(crowded ? { 'architecture.backbone_dtype': crowded.weights } : { 'prediction.max_length_inference': 1 }),
    }
    await openRuntime().device('cuda').ready()
    const freeGB = rounded(freeCudaBytes() / 1e9, 2)
    const validation = crowded ? lines(EVALUATED_ROWS) : []
    const job = await jobIn(folder, { modelFolder, rows: lines(rows), validation, settings, device: 'cuda' })
    const start = performance.now()
    const { events } = await runJob(job)
    const steps = events.flatMap((event) => (event.kind === 'step' ? [event] : []))
    const log = events.flatMap((event) =>
      event.kind === 'log' ? [`${event.code} ${JSON.stringify(event.facts)}`] : [],
    )
    const seconds = rounded((performance.now() - start) / 1000)
    const medianStepMs = median(steps.map(({ stepMs }) => stepMs))
    return {
      rows,
      batchSize,
      seconds,
      medianStepMs: rounded(medianStepMs, 2),
      steps: steps.length,
      slowSteps: steps.filter(({ stepMs }) => stepMs > 3 * medianStepMs).length,
      freeGB,
      cardGB: rounded(cardGB(), 2),
      losses: [steps[0], steps.at(-1)].map((step) => rounded(step?.loss ?? Number.NaN, 4)),
      log: [...new Set(log)].slice(0, 12),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A text of a log-normal number of words, the same for the same row. */
function textOf(row: number, words: number): string {
  let state = (row + 1) * 2654435761
  const draw = () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32
  const normal = Math.sqrt(-2 * Math.log(draw() + 1e-9)) * Math.cos(2 * Math.PI * draw())
  const count = Math.max(2, Math.round(words * Math.exp(0.6 * normal)))
  return Array.from({ length: count }, () => WORDS[Math.floor(draw() * WORDS.length)]).join('')
}
