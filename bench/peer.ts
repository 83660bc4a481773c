import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { median, root } from './measure.ts'
import { modelFolder } from './training.ts'

/** What bench/peers/peft_tiny.py prints. */
export interface PeerFigures {
  readonly step_ms: number
  readonly fast_step_ms: number
  readonly steps_seconds: number
  readonly load_seconds: number
  readonly tokens_per_second: number
  readonly final_loss: number
  readonly versions: Readonly<Record<string, string>>
}

export const python = process.env['TERAKOYA_BENCH_PYTHON'] ?? 'python3'

/** True where the Python that is used has what the peer needs; else says in one line what to install. */
export function peerIsThere(): boolean {
  const found = spawnSync(python, ['-c', 'import torch, transformers, peft'], { stdio: 'ignore' })
  if (found.status === 0) return true
  console.log(
    `Without a comparison: ${python} lacks packages (pip install torch transformers peft), or set TERAKOYA_BENCH_PYTHON.`,
  )
  return false
}

/** The same training and decoding with transformers and peft. Throws where the script fails. */
export function measurePeer(): PeerFigures {
  const env = { ...process.env, HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'false' }
  const { status, stdout, stderr } = spawnSync(python, [join(root, 'bench', 'peers', 'peft_tiny.py'), modelFolder], {
    encoding: 'utf8',
    env,
  })
  const line = stdout.trim().split('\n').at(-1) ?? ''
  if (status !== 0 || !line.startsWith('{'))
    throw new Error(`the peer failed: ${stderr.trim().split('\n').at(-1) ?? ''}`)
  return JSON.parse(line) as PeerFigures
}

/** The rounds' figures together. */
export const summarizePeer = (rounds: readonly PeerFigures[]) => ({
  stepMs: median(rounds.map((round) => round.step_ms)),
  fastStepMs: Math.min(...rounds.map((round) => round.fast_step_ms)),
  stepsSeconds: median(rounds.map((round) => round.steps_seconds)),
  loadSeconds: median(rounds.map((round) => round.load_seconds)),
  decodingTokensPerSecond: median(rounds.map((round) => round.tokens_per_second)),
  finalLoss: rounds.at(-1)?.final_loss ?? Number.NaN,
  versions: rounds.at(-1)?.versions ?? {},
})
