import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  defaultSettings,
  generationSettingsOf,
  type DatasetId,
  type ExperimentId,
} from '../../../core/contract/index.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { startHost, libraryOf } from '../../harness/host.ts'
import { smallRun, waitForEnd, walk } from '../../harness/runs.ts'
import { spoil, spoilJson } from './mutations.ts'
import type { Target } from './target.ts'

/** Runs whose files were spoilt: the others stay in the list, and each can be removed. */
export async function tryExperiments(context: AttackContext, target: Target, count: number): Promise<void> {
  const { report } = context
  const { id, good } = await makeRun(target)
  const folder = join(libraryOf(target.folder), 'experiments')
  const step = Number(readFileSync(join(folder, good, 'checkpoints', 'last'), 'utf8'))
  const parts = (await walk(join(folder, good))).filter((path) =>
    /\.(yaml|json|jsonl|safetensors|txt|parquet)$|last$|best$/.test(path),
  )
  for (let number = 0; number < count && performance.now() < context.deadlineMs; number++) {
    const stranger = `20200101-000000-x${number}` as ExperimentId
    const what = spoilRun(context, join(folder, good), join(folder, stranger), parts)
    report.count++
    const listed = await target.ask('experiment', what, 'experiments.list', {})
    report.expect(
      listed?.ok !== true || (listed.value as { id: string }[]).some((run) => run.id === good),
      'experiment: a damaged run hides others',
      what,
    )
    for (const [name, input] of [
      ['experiments.open', { id: stranger }],
      ['experiments.resume', { id: stranger }],
      ['experiments.resume', { id: stranger, step }],
      ['experiments.restoreDataset', { id: stranger }],
      ['experiments.start', { settings: { ...smallRun(id), 'training.start_from': stranger, 'training.epochs': 1 } }],
    ] as const) {
      const result = await target.ask('experiment', what, name, input)
      if (result?.ok && (name === 'experiments.resume' || name === 'experiments.start'))
        await settle(context, target, (result.value as { id: ExperimentId }).id, what)
      if (result?.ok && name === 'experiments.restoreDataset')
        await target.ask('experiment', what, 'datasets.remove', { id: (result.value as { id: DatasetId }).id })
    }
    await chat(context, target, stranger, what)
    const removed = await target.ask('experiment', what, 'experiments.remove', { id: stranger })
    report.expect(
      removed?.ok === true,
      'experiment: a damaged run cannot be removed',
      `${what}: ${JSON.stringify(removed)}`,
    )
    rmSync(join(folder, stranger), { recursive: true, force: true })
  }
}

async function makeRun(target: Target): Promise<{ id: DatasetId; good: ExperimentId }> {
  const { client } = target.host
  const { id } = await client.call('datasets.create', { from: 'sample' })
  const { id: good } = await client.call('experiments.start', { settings: { ...smallRun(id), 'training.epochs': 1 } })
  await waitForEnd(target.host, good, performance.now() + 60_000)
  return { id, good }
}

function spoilRun({ random }: AttackContext, good: string, stranger: string, parts: readonly string[]): string {
  if (random.chance(0.05)) {
    mkdirSync(stranger)
    return 'an empty folder'
  }
  if (random.chance(0.03)) {
    symlinkSync(stranger, stranger)
    return 'a link to itself'
  }
  cpSync(good, stranger, { recursive: true })
  // One that was stopped goes on without being told from where.
  const state = join(stranger, 'state.json')
  writeFileSync(
    state,
    JSON.stringify({ ...(JSON.parse(readFileSync(state, 'utf8')) as object), state: { kind: 'stopped' } }),
  )
  const part = random.pick(parts)
  const bytes = readFileSync(join(stranger, part))
  if (random.chance(0.15)) {
    rmSync(join(stranger, part))
    return `no ${part}`
  }
  const isText = /\.(json|jsonl)$/.test(part) && random.chance(0.5)
  const { how, contents } = isText
    ? toContents(spoilJson(bytes.toString('utf8'), random))
    : toContents(spoil(bytes, random))
  writeFileSync(join(stranger, part), contents)
  return `${part} with ${how}`
}

const toContents = (spoilt: {
  how: string
  text?: string
  bytes?: Buffer
}): { how: string; contents: string | Buffer } => ({ how: spoilt.how, contents: spoilt.text ?? spoilt.bytes ?? '' })

/** A run that was begun on spoilt files ends with a sentence, or well. */
async function settle({ report }: AttackContext, target: Target, id: ExperimentId, what: string): Promise<void> {
  const summary = await waitForEnd(target.host, id, performance.now() + 30_000).catch(() => null)
  if (summary === null) {
    report.find('experiment: a run on spoilt files does not end', what)
    await target.restart()
  } else if (summary.state.kind === 'failed')
    report.expect(
      summary.state.error.code !== 'internal',
      'experiment: a run on spoilt files tells internal',
      `${what}: ${JSON.stringify(summary.state.error).slice(0, 300)}`,
    )
  if (!id.startsWith('20200101')) await target.ask('experiment', what, 'experiments.remove', { id })
}

/** An answer of one token may wait for other tests. */
const CHAT_LIMIT_MS = 30_000

/** The adapter is read by the engine when somebody talks to it. */
async function chat({ report }: AttackContext, target: Target, id: ExperimentId, what: string): Promise<void> {
  const settings = {
    ...generationSettingsOf(defaultSettings()),
    'prediction.max_length_inference': 1,
    'prediction.seed': 1,
  }
  const answer = nextAnswer(target, id)
  const asked = await target.ask('experiment', what, 'chat.ask', {
    requestId: id,
    targets: [
      { source: { kind: 'experiment', experimentId: id }, messages: [{ role: 'user', content: 'こんにちは' }] },
    ],
    settings,
  })
  const answered = asked?.ok ? await answer.within(CHAT_LIMIT_MS) : undefined
  answer.stop()
  report.expect(answered !== null, 'experiment: chat never answers', what)
  const error = answered?.error
  report.expect(
    error?.code !== 'internal',
    'experiment: chat tells internal',
    `${what}: ${String(JSON.stringify(error)).slice(0, 300)}`,
  )
}

interface Answered {
  readonly error?: { readonly code: string }
}

/** Waits for the end of an answer; null where it does not come in time. */
function nextAnswer(
  { host: { client } }: Target,
  requestId: string,
): { within(limitMs: number): Promise<Answered | null>; stop(): void } {
  let tell: (answered: Answered | null) => void = () => undefined
  const answered = new Promise<Answered | null>((resolve) => {
    tell = resolve
  })
  const stop = client.on((event, payload) => {
    if (
      (event === 'chat.done' || event === 'chat.failed') &&
      (payload as { requestId: string }).requestId === requestId
    )
      tell(payload as Answered)
  })
  return {
    stop,
    async within(limitMs) {
      const timer = setTimeout(() => tell(null), limitMs)
      return answered.finally(() => clearTimeout(timer))
    },
  }
}

/** Files that are read when a host starts: it starts, and says what is wrong where it cannot. */
export async function tryStartFiles(context: AttackContext, count: number): Promise<void> {
  const { report, random } = context
  const preferences = JSON.stringify({ language: 'ja', theme: 'dark', libraryFolder: null, gpuPackFolder: null })
  for (let number = 0; number < count && performance.now() < context.deadlineMs; number++) {
    const folder = await context.folder()
    mkdirSync(join(folder, 'home'), { recursive: true })
    mkdirSync(libraryOf(folder), { recursive: true })
    const { how, text } = spoilJson(preferences, random)
    const what = random.chance(0.7) ? `preferences with ${how}` : 'locks of strangers'
    if (what.startsWith('preferences')) writeFileSync(join(folder, 'home', 'preferences.json'), text)
    else
      for (const name of ['library.lock', '.lock', 'lock', 'terakoya.lock', '.terakoya.lock'])
        writeFileSync(
          join(libraryOf(folder), name),
          random.pick([
            '',
            '{',
            '{"pid":1}',
            '{"pid":"x","host":null}',
            '\u0000'.repeat(1000),
            `{"pid":${process.pid},"hostName":"elsewhere","nonce":"x"}`,
          ]),
        )
    report.count++
    const host = await startHost({ folder }).catch((error: Error) => error.message)
    if (typeof host === 'string')
      report.expect(
        !/\n\s+at /.test(host.split('no host')[1] ?? host),
        'a host does not start, and shows a stack trace',
        `${what}: ${host.slice(0, 400)}`,
      )
    else await host.kill()
  }
}
