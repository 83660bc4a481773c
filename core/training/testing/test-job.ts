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

/** For tests: where a run of this folder writes. */
export async function makeRunFolders(folder: string): Promise<Pick<TrainJob, 'checkpointFolder' | 'history'>> {
  const checkpointFolder = join(folder, 'checkpoints')
  const history = { metrics: join(folder, 'metrics.jsonl'), predictions: join(folder, 'predictions') }
  for (const place of [checkpointFolder, history.predictions]) await mkdir(place, { recursive: true })
  return { checkpointFolder, history }
}

/** For tests: a job in a folder of its own, small enough for a test. The caller removes the folder. */
export async function makeJob(
  rows: readonly Row[],
  validation: readonly Row[],
  settings: Partial<SettingValues> = {},
): Promise<TrainJob & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-train-'))
  const jsonl = (list: readonly Row[]) =>
    list
      .map(
        ([prompt, answer], index) => `${JSON.stringify({ rowId: index + 1, rowNumber: index + 1, prompt, answer })}\n`,
      )
      .join('')
  const job = {
    trainFile: join(folder, 'train.jsonl'),
    validationFile: join(folder, 'validation.jsonl'),
    ...(await makeRunFolders(folder)),
  }
  await writeFile(job.trainFile, jsonl(rows))
  await writeFile(job.validationFile, jsonl(validation))
  const values = {
    ...defaultSettings(),
    'training.batch_size': 2,
    'training.lora_r': 2,
    'training.lora_alpha': 4,
    'prediction.max_length_inference': 4,
    ...settings,
  }
  return {
    folder,
    modelFolder: tinyModelFolder,
    ...job,
    resumeFrom: null,
    startFrom: null,
    settings: values,
    device: 'cpu',
  }
}

/** For tests: runs a job to its end, or until `stopAfter` steps are done, and gathers what it tells. */
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
