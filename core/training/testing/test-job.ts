import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultSettings, type SettingValues } from '../../contract/index.ts'
import type { TrainEvent, TrainJob, TrainResult } from '../job.ts'
import { train } from '../trainer.ts'

/** For tests: the model that the studio ships. */
export const tinyModelFolder = join(import.meta.dirname, '..', '..', '..', 'resources', 'models', 'terakoya-tiny-ja')

type Row = readonly [prompt: string, answer: string]

/** For tests: rows of several lengths. */
export const someRows: readonly Row[] = [
  ['1+1は?', '2です。'],
  ['好きな色は?', '青い空の色が好きです。'],
  ['日本の首都は?', '東京です。'],
  ['lsとは何ですか。', 'ディレクトリの内容を一覧表示するコマンドです。'],
  ['空は?', '青い。'],
]

export interface JobFiles extends Pick<TrainJob, 'modelFolder' | 'settings' | 'device'> {
  readonly rows: readonly object[]
  readonly validation: readonly object[]
}

/** For tests and benchmarks: a new job whose files lie in this folder. */
export async function jobIn(folder: string, { rows, validation, ...job }: JobFiles): Promise<TrainJob> {
  const [trainFile, validationFile] = [join(folder, 'train.jsonl'), join(folder, 'validation.jsonl')]
  const history = { metrics: join(folder, 'metrics.jsonl'), predictions: join(folder, 'predictions') }
  const checkpointFolder = join(folder, 'checkpoints')
  for (const place of [checkpointFolder, history.predictions]) await mkdir(place, { recursive: true })
  await writeFile(trainFile, jsonl(rows))
  await writeFile(validationFile, jsonl(validation))
  return { ...job, trainFile, validationFile, checkpointFolder, history, resumeFrom: null, startFrom: null }
}

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** For tests and benchmarks: questions and answers as rows of a run, numbered from 1. */
export const rowsOf = (pairs: readonly Row[]): object[] =>
  pairs.map(([prompt, answer], index) => ({ rowId: index + 1, rowNumber: index + 1, prompt, answer }))

/** For tests: a job in a folder of its own, small enough for a test. The caller removes the folder. */
export async function makeJob(
  rows: readonly Row[],
  validation: readonly Row[],
  settings: Partial<SettingValues> = {},
): Promise<TrainJob & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-train-'))
  const values = {
    ...defaultSettings(),
    'training.batch_size': 2,
    'training.lora_r': 2,
    'training.lora_alpha': 4,
    'prediction.max_length_inference': 4,
    ...settings,
  }
  const job = await jobIn(folder, {
    modelFolder: tinyModelFolder,
    rows: rowsOf(rows),
    validation: rowsOf(validation),
    settings: values,
    device: 'cpu',
  })
  return { folder, ...job }
}

/** For tests and benchmarks: runs a job to its end, or until `stopAfter` steps are done, and gathers what it tells. */
export async function runJob(
  job: TrainJob,
  { stopAfter, now }: { stopAfter?: number; now?: () => number } = {},
): Promise<{ result: TrainResult; events: TrainEvent[]; losses: number[] }> {
  const events: TrainEvent[] = []
  const controller = new AbortController()
  const onEvent = (event: TrainEvent) => {
    events.push(event)
    if (event.kind === 'step' && event.step === stopAfter) controller.abort()
  }
  const result = await train(job, { signal: controller.signal, onEvent, now })
  return { result, events, losses: events.flatMap((event) => (event.kind === 'step' ? [event.loss] : [])) }
}
