import { defaultSettings, generationSettingsOf, type SettingValues } from '../core/contract/index.ts'
import { Generator } from '../core/generation/generator.ts'
import { loadModel } from '../core/generation/loaded-model.ts'
import { openRuntime, type MemoryUse } from '../core/runtime/index.ts'
import { packRows } from '../core/training/packing.ts'
import { memorySavings } from '../core/training/memory-policy.ts'
import { residentWeights } from '../core/training/setup.ts'
import { cardGB, median, rounded, timed } from './measure.ts'
import { openRunner } from './open-runner.ts'

export interface Workload {
  readonly name: string
  readonly rows: number
  readonly tokens: number
  readonly rank: number
  readonly targets: string
  readonly checkpointing: boolean
  readonly weights: SettingValues['architecture.backbone_dtype']
}

const ALL = 'c_attn,c_proj,c_fc'

export const workloads: readonly Workload[] = [
  { name: '4x256-c_attn', rows: 4, tokens: 256, rank: 4, targets: 'c_attn', checkpointing: false, weights: 'float16' },
  {
    name: '4x256-c_attn-int4',
    rows: 4,
    tokens: 256,
    rank: 4,
    targets: 'c_attn',
    checkpointing: false,
    weights: 'int4',
  },
  {
    name: '4x256-c_attn-int4-checkpointing',
    rows: 4,
    tokens: 256,
    rank: 4,
    targets: 'c_attn',
    checkpointing: true,
    weights: 'int4',
  },
  { name: '4x256-all', rows: 4, tokens: 256, rank: 16, targets: ALL, checkpointing: false, weights: 'float16' },
  { name: '16x512-all', rows: 16, tokens: 512, rank: 16, targets: ALL, checkpointing: false, weights: 'float16' },
  {
    name: '16x512-all-checkpointing',
    rows: 16,
    tokens: 512,
    rank: 16,
    targets: ALL,
    checkpointing: true,
    weights: 'float16',
  },
]

export interface GpuFigures {
  /** Of a step, or of a decoded token. */
  readonly medianMs: number
  readonly fastestMs: number
  readonly tokensPerSecond: number
  /** The largest sum of tensors (torch: max_memory_allocated). */
  readonly memoryGB: number
  /** What was asked of the card for them. */
  readonly reservedGB: number
  /** What nvidia-smi says that the card holds in the end. */
  readonly cardGB: number
  /** From the start of the process to the end of the first step or answer. */
  readonly firstSeconds: number
  /** When the device was ready and the model read; when sessions were open and weights lay on it. */
  readonly seconds?: readonly number[]
  readonly losses?: readonly number[]
}

const WARM_STEPS = 6
const STEPS = 20
const DECODED_TOKENS = 100

/** `eager`: without capturing the step as a CUDA graph. */
export async function runTraining(folder: string, work: Workload, flags: ReadonlySet<string>): Promise<GpuFigures> {
  const settings: SettingValues = {
    ...defaultSettings(),
    'training.batch_size': work.rows,
    'training.lora_r': work.rank,
    'training.lora_target_modules': work.targets,
    'architecture.backbone_dtype': work.weights,
    'architecture.gradient_checkpointing': work.checkpointing,
    'environment.precision': 'float16',
  }
  const device = openRuntime().device('cuda')
  const seconds: number[] = []
  const pass = () => seconds.push(rounded(performance.now() / 1000, 2))
  const [model] = await Promise.all([loadModel(folder), device.ready()])
  pass()
  const options = {
    dropout: 0.05,
    clip: 0,
    maxTokens: work.tokens,
    compute: 'float16' as const,
    ...memorySavings('cuda', model.architecture, settings, work.tokens),
    cudaGraph: !flags.has('eager'),
  }
  const { runner } = await openRunner({ model, device, settings, opened: pass }, options)
  const losses: number[] = []
  const times: number[] = []
  let firstSeconds = 0
  for (let step = 0; step < WARM_STEPS + STEPS; step++) {
    const rows = Array.from({ length: work.rows }, (_, row) => ({
      ids: Int32Array.from(
        { length: work.tokens },
        (_unused, index) => (7 + step * 31 + row * 131 + index * 17) % 50_000,
      ),
      labelMask: new Uint8Array(work.tokens).fill(1, 1),
    }))
    times.push(
      await timed(async () => losses.push((await runner.step([packRows(rows, work.tokens)], step, 1e-4)).loss)),
    )
    if (step === 0) firstSeconds = performance.now() / 1000
  }
  const counted = times.slice(WARM_STEPS)
  return {
    ...figures(counted, {
      tokens: work.rows * work.tokens,
      firstSeconds,
      uses: [device.memoryUse(), runner.memoryUse()],
    }),
    seconds,
    losses: [losses[0], losses.at(-1)].map((loss) => rounded(loss ?? Number.NaN, 4)),
  }
}

/** One sequence, greedy, by the base model. */
export async function runDecoding(folder: string): Promise<GpuFigures> {
  const settings: SettingValues = {
    ...defaultSettings(),
    'environment.precision': 'float16',
    'architecture.backbone_dtype': 'float16',
  }
  const device = openRuntime().device('cuda')
  const [model] = await Promise.all([loadModel(folder), device.ready()])
  const resident = residentWeights(model, device, settings)
  const generator = await Generator.open(model, device, null, resident)
  const asked = {
    ...generationSettingsOf(settings),
    'prediction.do_sample': false,
    'prediction.min_length_inference': DECODED_TOKENS,
    'prediction.max_length_inference': DECODED_TOKENS,
  }
  const prompts = [Array.from({ length: 32 }, (_, index) => 7 + index * 17)]
  const times: number[] = []
  let firstSeconds = 0
  for (let run = 0; run < 4; run++) {
    times.push((await timed(() => generator.generate({ prompts, settings: asked }, null))) / DECODED_TOKENS)
    if (run === 0) firstSeconds = performance.now() / 1000
  }
  return figures(times.slice(1), { tokens: 1, firstSeconds, uses: [device.memoryUse(), generator.memoryUse()] })
}

function figures(
  times: readonly number[],
  {
    tokens,
    firstSeconds,
    uses,
  }: { readonly tokens: number; readonly firstSeconds: number; readonly uses: readonly MemoryUse[] },
): GpuFigures {
  const total = (bytes: (use: MemoryUse) => number) => rounded(uses.reduce((sum, use) => sum + bytes(use), 0) / 1e9, 2)
  const medianMs = median(times)
  return {
    medianMs: rounded(medianMs, 2),
    fastestMs: rounded(Math.min(...times), 2),
    tokensPerSecond: rounded((tokens * 1000) / medianMs),
    memoryGB: total(({ peakBytes }) => peakBytes),
    reservedGB: total(({ reservedBytes }) => reservedBytes),
    cardGB: rounded(cardGB(), 2),
    firstSeconds: rounded(firstSeconds, 2),
  }
}
