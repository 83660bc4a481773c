// Answers through the engine's process, as the window and the API server get them: time to the first token, tokens a second,
// several at once, another adapter of the same base; beside transformers' generate where it is there.
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultSettings, generationSettingsOf } from '../core/contract/index.ts'
import { createEngineClient, type EngineClient } from '../core/engine/engine-client.ts'
import type { GenerateTarget } from '../core/engine/engine-protocol.ts'
import { sampleOptionsOf } from '../core/samples/samples.ts'
import { spawnEngine } from '../electron/web/spawn-engine.ts'
import { median, root, rounded } from './measure.ts'
import { python } from './peer.ts'
import { modelFolder } from './training.ts'

const TOKENS = 60
const RUNS = 15
const CROWDS = [4, 8] as const
const QUESTION = '日本で一番高い山はどこですか？'
const adapterFixture = join(root, 'core', 'training', 'fixtures', 'initial_adapter')

const settings = {
  ...generationSettingsOf(defaultSettings()),
  'prediction.min_length_inference': TOKENS,
  'prediction.max_length_inference': TOKENS,
}

const targetOf = (adapterFolder: string | null): GenerateTarget => ({
  modelFolder,
  adapterFolder,
  format: sampleOptionsOf(defaultSettings()).format,
  messages: [{ role: 'user', content: QUESTION }],
})

interface Times {
  readonly firstTokenMs: number
  readonly wholeMs: number
}

/** One answer; its first text is its first token, or the first whose characters are whole. */
async function ask(engine: EngineClient, adapterFolder: string | null, foreign: boolean): Promise<Times> {
  const start = performance.now()
  let firstTokenMs = Number.NaN
  const job = { device: 'cpu' as const, targets: [targetOf(adapterFolder)], settings, foreign }
  await engine.call('generate', job, (event) => {
    if (event.kind === 'failed') throw new Error(event.error.code)
    if (event.kind === 'token' && Number.isNaN(firstTokenMs)) firstTokenMs = performance.now() - start
  }).result
  return { firstTokenMs, wholeMs: performance.now() - start }
}

const rateOf = ({ firstTokenMs, wholeMs }: Times): number => ((TOKENS - 1) / (wholeMs - firstTokenMs)) * 1000

/** What is the process's own: shared pages of files count for nobody. In MiB; only on Linux. */
async function ownMiB(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  const [, kib] = /^Anonymous:\s+(\d+) kB/m.exec(text) ?? []
  return kib === undefined ? Number.NaN : Number(kib) / 1024
}

/** What both sides tell. */
interface ChatFigures {
  readonly firstTokenMs: number
  readonly tokensPerSecond: number
}

export async function measureChat(): Promise<ChatFigures & Readonly<Record<string, number>>> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-chat-'))
  const engine = createEngineClient(() => spawnEngine(join(root, 'out', 'main', 'engine.js'), {}))
  try {
    const cold = await ask(engine, null, false)
    const warm: Times[] = []
    for (let run = 0; run < RUNS; run++) warm.push(await ask(engine, null, false))
    const crowds: Record<string, number> = {}
    for (const count of CROWDS) {
      const rates: number[] = []
      for (let run = 0; run < 5; run++) {
        const start = performance.now()
        await Promise.all(Array.from({ length: count }, () => ask(engine, null, true)))
        rates.push((count * TOKENS * 1000) / (performance.now() - start))
      }
      crowds[`together${count}TokensPerSecond`] = rounded(median(rates))
    }
    return {
      coldFirstTokenMs: rounded(cold.firstTokenMs),
      firstTokenMs: rounded(median(warm.map(({ firstTokenMs }) => firstTokenMs))),
      tokensPerSecond: rounded(median(warm.map(rateOf))),
      ...crowds,
      ...(await measureAdapters(engine, folder)),
    }
  } finally {
    engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Two adapters of one base, asked in turn: what the second one takes, and how long a change lasts. */
async function measureAdapters(engine: EngineClient, folder: string): Promise<Record<string, number>> {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')]
  for (const target of [first, second]) await cp(adapterFixture, target, { recursive: true })
  await ask(engine, first, false)
  const before = await ownMiB(engine.pid() ?? 0)
  await ask(engine, second, false)
  const after = await ownMiB(engine.pid() ?? 0)
  const changes: number[] = []
  for (let run = 0; run < RUNS; run++)
    changes.push((await ask(engine, run % 2 === 0 ? first : second, false)).firstTokenMs)
  return { secondAdapterMiB: rounded(after - before), otherAdapterFirstTokenMs: rounded(median(changes)) }
}

interface ChatPeer {
  readonly first_token_ms: number
  readonly tokens_per_second: number
}

/** transformers' generate with a streamer, on the same question; null where Python lacks the packages, which is said. */
export function measureChatPeer(): ChatFigures | null {
  if (spawnSync(python, ['-c', 'import torch, transformers'], { stdio: 'ignore' }).status !== 0) {
    console.log(`Without a comparison: ${python} lacks packages (pip install torch transformers).`)
    return null
  }
  const script = join(root, 'bench', 'peers', 'chat_tiny.py')
  const { status, stdout, stderr } = spawnSync(python, [script, modelFolder, QUESTION, String(TOKENS), String(RUNS)], {
    encoding: 'utf8',
    env: { ...process.env, HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'false' },
  })
  if (status !== 0) throw new Error(`the peer failed: ${stderr.trim().split('\n').at(-1) ?? ''}`)
  const found = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ChatPeer
  return { firstTokenMs: rounded(found.first_token_ms), tokensPerSecond: rounded(found.tokens_per_second) }
}

/** Above 1 the studio is faster. */
export const chatRatios = (ours: ChatFigures, peer: ChatFigures): ChatFigures => ({
  firstTokenMs: rounded(peer.firstTokenMs / ours.firstTokenMs, 2),
  tokensPerSecond: rounded(ours.tokensPerSecond / peer.tokensPerSecond, 2),
})
