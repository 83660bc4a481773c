// Measures training and decoding on an NVIDIA GPU beside transformers + peft, in the shape of japanese-large-lm-1.7b
// with random weights. Run by `npm run bench:gpu`.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engineEnvironment } from '../core/engine/engine-environment.ts'
import { runChat } from './gpu-chat.ts'
import { crowdCard, holdAllBut } from './gpu-crowd.ts'
import { runFamilies } from './gpu-families.ts'
import { measureJob, type Job, type JobFigures } from './gpu-job.ts'
import { runPrecision } from './gpu-precision.ts'
import { runTutorial } from './gpu-tutorial.ts'
import { runDecoding, runTraining, workloads, type GpuFigures, type Workload } from './gpu-run.ts'
import { record } from './history.ts'
import { writeLargeModel } from './large-model.ts'
import { machine, root, rounded } from './measure.ts'

const CHILD = 'gpu-run'
/** What is computed on the GPU besides what is timed: how far from the processor's numbers. */
const checks: Readonly<Record<string, (modelFolder: string) => Promise<object>>> = {
  precision: runPrecision,
  families: runFamilies,
  tutorial: runTutorial,
  chat: runChat,
}
/**
 * The tutorial's job (7 min 44 s on its T4); rows of all lengths up to the model's; and one whose batch is beyond any
 * card's memory: it must be cut until it fits.
 */
const jobs: Readonly<Record<string, Job>> = {
  job: { rows: 3000, batchSize: 4, maxTokens: 256, longer: 1 },
  'long-rows': { rows: 600, batchSize: 2, maxTokens: 2048, longer: 3 },
  'too-large': { rows: 4096, batchSize: 4096, maxTokens: 256, longer: 1 },
  ...crowdedJobs(),
}

/** A card with as much left as small ones have: batches, evaluations and weights must be cut to it, or left out. */
function crowdedJobs(): Record<string, Job> {
  const job = (batchSize: number, freeGB: number, weights: NonNullable<Job['crowded']>['weights']): Job => ({
    rows: 256,
    batchSize,
    maxTokens: 256,
    longer: 1,
    crowded: { freeGB, weights },
  })
  return {
    'crowded-8GB': job(4, 7.5, 'float16'),
    'crowded-6.5GB-batch-64': job(64, 6.5, 'float16'),
    'crowded-6.5GB': job(4, 6.5, 'float16'),
    'crowded-5GB': job(4, 5, 'float16'),
    'crowded-4.6GB-int4': job(16, 4.6, 'int4'),
    'crowded-3GB-int4': job(16, 3, 'int4'),
  }
}

const say = (line: string) => console.error(line)
const [first, folder = '', name = '', ...flags] = process.argv.slice(2)

if (first === CHILD && name === 'crowd') {
  await holdAllBut(Number(flags[0]))
  process.exit()
}

if (first === CHILD) {
  const work = workloads.find((one) => one.name === name)
  const job = jobs[name]
  const check = checks[name]
  console.log(
    JSON.stringify(
      await (job
        ? measureJob(folder, job)
        : work
          ? runTraining(folder, work, new Set(flags))
          : check
            ? check(folder)
            : runDecoding(folder)),
    ),
  )
  process.exit()
}

/** Writes the model once into the temporary folder (3.3 GB) and keeps it there for the next run. */
async function modelFolder(): Promise<string> {
  const place = join(tmpdir(), 'terakoya-bench-gpu')
  if (!existsSync(join(place, 'pytorch_model.bin'))) await writeLargeModel(place)
  return place
}

/** Each measurement in a process of its own, so that memory and the time to the first step are its own. */
function ours<F = GpuFigures>(model: string, what: string, ...options: string[]): F | null {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), CHILD, model, what, ...options],
    { encoding: 'utf8', maxBuffer: 2 ** 26, env: engineEnvironment() },
  )
  if (status !== 0) say(`${what}: ${stderr.trim().split('\n').slice(-12).join('\n')}`)
  return status === 0 ? (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as F) : null
}

const python = process.env['TERAKOYA_BENCH_PYTHON'] ?? 'python3'

function peer(work: Workload | 'decoding', { compiled = false } = {}): GpuFigures | null {
  const given = work === 'decoding' ? { decoding: true } : { ...work, compiled }
  const { status, stdout, stderr } = spawnSync(
    python,
    [join(root, 'bench', 'peers', 'peft_gpu.py'), JSON.stringify(given)],
    { encoding: 'utf8' },
  )
  if (status !== 0) say(`peer: ${stderr.trim().split('\n').slice(-3).join('\n')}`)
  return status === 0 ? (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as GpuFigures) : null
}

/** The peer knows no weights in few bits. */
const hasPeer = (work: Workload | 'decoding') => work === 'decoding' || work.weights === 'float16'
/** torch.compile takes minutes before the first step. */
const hasCompiledPeer = (work: Workload | 'decoding') => work !== 'decoding' && hasPeer(work) && !work.checkpointing

const gpu = (): string =>
  execFileSync('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'], {
    encoding: 'utf8',
  }).trim()

const line = (label: string, figures: GpuFigures | null) =>
  figures
    ? `${label.padEnd(14)} ${figures.medianMs.toFixed(2)} ms  ${Math.round(figures.tokensPerSecond)} tokens/s  ${figures.memoryGB.toFixed(2)} GB (taken ${figures.reservedGB.toFixed(2)}, card ${figures.cardGB.toFixed(2)})  first ${figures.firstSeconds.toFixed(1)} s`
    : `${label.padEnd(14)} failed`

const model = await modelFolder()
const chosen = new Set((process.env['TERAKOYA_BENCH_ONLY'] ?? '').split(',').filter((text) => text !== ''))
const withPeer = process.env['TERAKOYA_BENCH_PEER'] !== '0'
const ratioOf = (other: GpuFigures | null, own: GpuFigures | null): number | null =>
  other && own ? rounded(other.medianMs / own.medianMs, 2) : null
type Compared = Readonly<Record<'ours' | 'peer' | 'compiled', GpuFigures | null>>
const results: Record<string, Compared & Readonly<Record<'ratio' | 'compiledRatio', number | null>>> = {}
for (const work of [...workloads, 'decoding' as const]) {
  const label = work === 'decoding' ? work : work.name
  if (chosen.size > 0 && !chosen.has(label)) continue
  const figures: Compared = {
    ours: ours(model, label),
    peer: withPeer && hasPeer(work) ? peer(work) : null,
    compiled: withPeer && hasCompiledPeer(work) ? peer(work, { compiled: true }) : null,
  }
  const ratios = { ratio: ratioOf(figures.peer, figures.ours), compiledRatio: ratioOf(figures.compiled, figures.ours) }
  results[label] = { ...figures, ...ratios }
  say(
    [
      label,
      line('terakoya', figures.ours),
      ...(figures.peer ? [line('peer', figures.peer)] : []),
      ...(figures.compiled ? [line('torch.compile', figures.compiled)] : []),
      ...(ratios.ratio
        ? [`ratio ${ratios.ratio}${ratios.compiledRatio ? `, to torch.compile ${ratios.compiledRatio}` : ''}`]
        : []),
    ].join('\n  '),
  )
}
const whole: Record<string, JobFigures | null> = {}
for (const [name, job] of Object.entries(jobs)) {
  if (chosen.size > 0 && !chosen.has(name)) continue
  const crowd = job.crowded ? await crowdCard(CHILD, job.crowded.freeGB) : null
  whole[name] = ours<JobFigures>(model, name)
  crowd?.kill('SIGKILL')
  say(`${name}\n  ${JSON.stringify(whole[name])}`)
}
const checked: Record<string, object | null> = {}
for (const name of Object.keys(checks)) {
  if (chosen.size > 0 && !chosen.has(name)) continue
  checked[name] = ours<object>(model, name)
  say(`${name}\n  ${JSON.stringify(checked[name])}`)
}
const target = process.env['TERAKOYA_BENCH_OUT'] ?? join(root, 'bench', 'results', 'gpu.json')
await mkdir(join(target, '..'), { recursive: true })
await writeFile(
  target,
  `${JSON.stringify({ machine: { ...machine(), gpu: gpu() }, results, jobs: whole, ...checked }, null, 2)}\n`,
)
await record('gpu', { results, jobs: whole, ...checked }, { ...machine(), gpu: gpu() })
