import { createHash } from 'node:crypto'
import { cp, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isActive, type DatasetId, type ExperimentId, type ExperimentSummary } from '../../core/contract/index.ts'
import { NoAnswer } from './client.ts'
import { libraryOf, startHost, type Host } from './host.ts'
import { wait } from './measure.ts'

/** A run of nine steps with evaluations on the model that is shipped. */
export const smallRun = (datasetId: DatasetId): Record<string, unknown> => ({
  'dataset.id': datasetId,
  'dataset.validation_size': 0.1,
  'training.batch_size': 3,
  'training.epochs': 3,
  'training.evaluation_epochs': 0.67,
  'prediction.max_length_inference': 2,
  'tokenizer.max_length': 48,
  'training.lora_r': 2,
  'training.lora_target_modules': 'q_proj,v_proj',
  'environment.device': 'cpu',
  'environment.seed': 7,
})

/** A library with the tutorial's dataset, to be copied for every run. */
export interface Template {
  readonly folder: string
  readonly datasetId: DatasetId
}

export async function makeTemplate(folder: string): Promise<Template> {
  const host = await startHost({ folder })
  const { id } = await host.client.call('datasets.create', { from: 'sample' })
  await host.stop()
  return { folder, datasetId: id }
}

export const copyTemplate = async (template: Template, folder: string): Promise<void> =>
  cp(libraryOf(template.folder), libraryOf(folder), { recursive: true })

const POLL_MS = 100

/**
 * Waits until a run is at rest; null where it is still at work at the time given. Throws NoAnswer where the host goes
 * away.
 */
export async function waitForEnd(host: Host, id: ExperimentId, untilMs: number): Promise<ExperimentSummary | null> {
  let changed: ExperimentSummary | null = null
  const stop = host.client.on((event, payload) => {
    if (event === 'experiments.changed' && (payload as ExperimentSummary).id === id)
      changed = payload as ExperimentSummary
  })
  try {
    let { summary } = await host.client.call('experiments.open', { id })
    while (isActive(summary.state)) {
      if (!host.client.isOpen) throw new NoAnswer('gone', 'experiments.changed')
      if (performance.now() > untilMs) return null
      await wait(POLL_MS)
      summary = changed ?? summary
    }
    return summary
  } finally {
    stop()
  }
}

/** Everything that a run leaves, without times: equal runs leave equal things. */
export interface RunResult {
  readonly files: Readonly<Record<string, string>>
  readonly metrics: readonly string[]
  readonly predictions: Readonly<Record<string, string>>
}

const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 16)

export async function readResult(folder: string, id: ExperimentId): Promise<RunResult> {
  const experiment = join(libraryOf(folder), 'experiments', id)
  const last = (await readFile(join(experiment, 'checkpoints', 'last'), 'utf8')).trim()
  const checkpoint = join(experiment, 'checkpoints', last)
  const files: Record<string, string> = { last }
  for (const name of (await readdir(checkpoint)).sort())
    files[name] =
      name === 'state.json'
        ? inKeyOrder(await readFile(join(checkpoint, name), 'utf8'))
        : await hashOf(join(checkpoint, name))
  for (const name of (await readdir(join(experiment, 'data'))).sort())
    if (name.endsWith('.jsonl')) files[`data/${name}`] = await hashOf(join(experiment, 'data', name))
  const metrics = (await readFile(join(experiment, 'metrics.jsonl'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map(withoutTimes)
  const predictions: Record<string, string> = {}
  for (const name of (await readdir(join(experiment, 'predictions'))).sort())
    predictions[name] = await hashOf(join(experiment, 'predictions', name))
  return { files, metrics, predictions }
}

const inKeyOrder = (json: string): string =>
  JSON.stringify(Object.entries(JSON.parse(json) as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1)))

/** A line of metrics.jsonl as it is the same in every run. */
function withoutTimes(line: string): string {
  const entries = Object.entries(JSON.parse(line) as Record<string, unknown>)
  return JSON.stringify(Object.fromEntries(entries.filter(([name]) => !/Ms$|^time$|Seconds?$|PerSecond$/.test(name))))
}

/** Where two results differ, in words; empty where they do not. */
export function differences(expected: RunResult, found: RunResult): string[] {
  const list = (name: string, a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      a[key] === b[key] ? [] : [`${name} ${key}: ${a[key] ?? 'none'} became ${b[key] ?? 'none'}`],
    )
  const length = Math.max(expected.metrics.length, found.metrics.length)
  const line = Array.from({ length }, (_, index) => index).find(
    (index) => expected.metrics[index] !== found.metrics[index],
  )
  return [
    ...list('file', expected.files, found.files),
    ...list('predictions', expected.predictions, found.predictions),
    ...(line === undefined
      ? []
      : [
          `metrics.jsonl line ${line + 1}: expected ${expected.metrics[line] ?? 'none'}, found ${found.metrics[line] ?? 'none'}`,
        ]),
  ]
}

/** What a host that works on the library writes at this moment is gone at the next look. */
const LOOK_AGAIN_MS = 1000
/** A sync on a busy disk takes seconds. */
const LOOKS = 8

/**
 * What nobody owns: drafts, temporary files, journals without their database, checkpoints with parts missing.
 * `hostPid`: a host works on the library.
 */
export async function findStrays(folder: string, hostPid: number | null): Promise<string[]> {
  let found = await strayPaths(folder, hostPid)
  for (let look = 1; hostPid !== null && found.length > 0 && look < LOOKS; look++) {
    await wait(LOOK_AGAIN_MS)
    const still = new Set(await strayPaths(folder, hostPid))
    found = found.filter((path) => still.has(path))
  }
  return found
}

async function strayPaths(folder: string, hostPid: number | null): Promise<string[]> {
  const strays: string[] = []
  const library = libraryOf(folder)
  for (const path of await walk(library)) {
    const name = path.split('/').at(-1) ?? ''
    if (/^\.draft|\.tmp$|\.import(\.wal)?$|\.rows(\.wal)?$|\.partial$|-old$/.test(name)) strays.push(path)
    if (/^datasets\/[^/]+\.parquet$/.test(path)) strays.push(path)
    // The work folder itself stays; what lies in it belongs to work that is under way.
    if (path.startsWith('datasets/.work/') && !strays.includes(path)) strays.push(path)
    if (name.endsWith('.wal') && !(await exists(join(library, path.slice(0, -4))))) strays.push(path)
    const checkpoint = /^experiments\/[^/]+\/checkpoints\/([^/]+)$/.exec(path)?.[1]
    if (checkpoint && !/^(\d+|last|best)$/.test(checkpoint) && !strays.includes(path)) strays.push(path)
    if (checkpoint && /^\d+$/.test(checkpoint))
      for (const part of ['state.json', 'optimizer.safetensors'])
        if (!(await exists(join(library, path, part)))) strays.push(`${path} without ${part}`)
    if (/lock/i.test(name) && !path.includes('/') && !(await isOwnedBy(join(library, path), hostPid))) strays.push(path)
  }
  const uploads = (await readdir(join(folder, 'tmp')).catch(() => [])).filter((name) => /terakoya/i.test(name))
  if (uploads.length > (hostPid === null ? 0 : 1)) strays.push(...uploads.map((name) => `tmp/${name}`))
  return strays
}

/** A lock belongs to the host that works now; where none does, there is none. */
async function isOwnedBy(file: string, hostPid: number | null): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return hostPid !== null && (text === '' || new RegExp(`\\b${hostPid}\\b`).test(text))
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Every path below a folder, relative to it. */
export async function walk(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])
  const paths = await Promise.all(
    entries.map(async (entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      return entry.isDirectory() ? [path, ...(await walk(folder, path))] : [path]
    }),
  )
  return paths.flat()
}
