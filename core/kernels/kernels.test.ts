import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { readSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { halfTable } from '../checkpoints/index.ts'
import { dequantize, matmul } from '../graph/ops/index.ts'
import { Builder } from '../graph/builder.ts'
import { fuseKernels } from '../graph/kernels/index.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora } from '../models/lora.ts'
import { lossHead, type LossHeadOptions } from '../models/loss-head.ts'
import { trainingProgram, type TrainingOptions } from '../models/programs.ts'
import { longTextLimit, rotaryTables } from '../models/rotary.ts'
import { openProgram, operatorsRun, type Contents } from './run-program.ts'
import { openRuntime } from '../runtime/index.ts'
import { fillOdd } from '../random/rng.ts'
import { openModelFiles, type ModelFiles } from '../weights/model-files.ts'
import { makeQuantize } from '../weights/quantize.ts'
import { hasHostCompiler, hostOps } from './testing/host-ops.ts'

const fixtures = join(import.meta.dirname, '..', 'models', 'fixtures')
const families = await readdir(fixtures)
const cpu = openRuntime().device('cpu')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-kernels-'))
})
afterAll(() => rm(folder, { recursive: true }))

const [B, T] = [2, 12]
const N = B * T
const S = 64

function inputsOf({ architecture }: ModelFiles, layout: ReturnType<typeof layOutLora>) {
  const targets = Array.from({ length: B }, (_, b) => Array.from({ length: T - 1 }, (_unused, t) => b * T + t)).flat()
  const odd = (
    length: number,
    stream: 'dropoutRows' | 'dropoutColumns' | 'hiddenColumns' | 'attentionRows' | 'attentionColumns',
  ) => {
    const values = new Int32Array(length)
    fillOdd(values, 3, stream, 7)
    return values
  }
  const { heads, layerCount, width, dropoutSites, vocabularySize } = architecture
  const feeds: Record<string, Contents> = {
    ids: Int32Array.from({ length: N }, (_, index) => (7 + index * 13) % Math.min(vocabularySize, 150)),
    positions: BigInt64Array.from({ length: N }, (_, index) => BigInt(index % T)),
    // Of texts that are not long: every other row of LongRoPE's tables.
    ...(longTextLimit(architecture) === null
      ? {}
      : { turns: BigInt64Array.from({ length: N }, (_, index) => BigInt((index % T) * 2)) }),
    segments: Int32Array.from({ length: N }, (_, index) => Math.floor(index / T) * 2 + Number(index % T > 6)),
    targets: Int32Array.from(targets),
    labels: BigInt64Array.from(targets, (index) => BigInt((20 + index * 7) % Math.min(vocabularySize, 150))),
    weights: new Float32Array(targets.length).fill(1 / targets.length),
    p: Float32Array.from({ length: layout.parameterCount }, (_, index) => Math.sin(index * 1.7) * 0.05),
    g: new Float32Array(layout.parameterCount),
    accumulate: Uint8Array.of(0),
    dropout_rows: odd(N, 'dropoutRows'),
    dropout_columns: odd(layout.columnCount, 'dropoutColumns'),
    hidden_columns: odd(dropoutSites * width, 'hiddenColumns'),
    attention_rows: odd(B * heads * T, 'attentionRows'),
    attention_columns: odd(layerCount * T, 'attentionColumns'),
    loss_scale: Float32Array.of(128),
    loss_unscale: Float32Array.of(1 / 128),
    ...Object.fromEntries(rotaryTables(architecture, S).map(({ name, values }) => [name, values])),
  }
  return { feeds, dims: { B, T, N, M: targets.length, 'M/K': targets.length / 2, S, '2·S': 2 * S, R: B * heads * T } }
}

const distance = (found: Float32Array, wanted: Float32Array) =>
  Math.hypot(...found.map((value, index) => value - wanted[index]!)) / Math.hypot(...wanted)

interface Compared extends Omit<TrainingOptions, 'lossHead'>, LossHeadOptions {}

async function compare(family: string, { chunks, smoothing, ...given }: Compared, limit: number): Promise<void> {
  const options: TrainingOptions = { ...given, lossHead: lossHead({ chunks, smoothing }) }
  const model = await openModelFiles(join(fixtures, family))
  const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
  const graph = trainingProgram(model, layout, options)
  const { feeds, dims } = inputsOf(model, layout)
  const fused = fuseKernels(graph)
  const results = []
  const reference =
    options.fused || chunks
      ? trainingProgram(model, layout, { ...options, fused: false, lossHead: lossHead({ smoothing }) })
      : graph
  for (const [program, customOps] of [
    [reference, undefined],
    [fused.graph, hostOps(fused.kernels, folder)],
  ] as const) {
    const opened = await openProgram(cpu, program, dims, {
      weightsFolder: model.folder,
      ...(customOps && { customOps }),
    })
    results.push(await opened.run(feeds))
    opened.dispose()
  }
  const [plain, ours] = results as [Record<string, Float32Array>, Record<string, Float32Array>]
  expect(Math.abs(ours['loss']![0]! / plain['loss']![0]! - 1)).toBeLessThan(limit)
  expect(distance(ours['g_out']!, plain['g_out']!)).toBeLessThan(limit)
  if (options.fused || chunks) return
  const matrices = fused.graph.nodes.filter(({ op }) => op.type.startsWith('MatMul')).length
  expect(fused.kernels.length).toBeLessThan(graph.nodes.length / 4)
  expect(matrices).toBe(graph.nodes.filter(({ op }) => op.type.startsWith('MatMul')).length)
}

describe.skipIf(!hasHostCompiler())('custom kernels, run on the processor', { timeout: 120_000 }, () => {
  it.each(families)('%s: the same loss and gradient as by ONNX Runtime', (family) => compare(family, {}, 1e-5))
  it.each(['gpt2', 'llama', 'gemma2'])('%s with dropout everywhere', (family) =>
    compare(family, { dropout: 0.1, hiddenDropout: true, attentionDropout: 0.1 }, 1e-5),
  )
  it.each(['gpt2', 'qwen3'])('%s with layers recomputed', (family) =>
    compare(family, { dropout: 0.1, recompute: true }, 1e-5),
  )
  it.each(['llama', 'gemma2'])('%s with probabilities recomputed', (family) =>
    compare(family, { attentionDropout: 0.1, recomputeAttention: true }, 1e-5),
  )
  it.each(['gpt2', 'llama'])('%s in float16', (family) =>
    compare(family, { dropout: 0.1, hiddenDropout: true, attentionDropout: 0.1, compute: 'float16' }, 2e-2),
  )
  it.each(['gpt2', 'llama'])('%s with feed-forward parts recomputed', (family) =>
    compare(family, { dropout: 0.1, recomputeFeedForward: true }, 1e-5),
  )
  it.each(['gpt2'])('%s in float16, probabilities recomputed', (family) =>
    compare(family, { dropout: 0.1, attentionDropout: 0.1, recomputeAttention: true, compute: 'float16' }, 2e-2),
  )
  it.each(['gpt2', 'llama', 'mistral_window', 'gpt_neox'])('%s with attention in one kernel', (family) =>
    compare(family, { dropout: 0.1, attentionDropout: 0.1, fused: true, compute: 'float16' }, 2e-2),
  )
  it.each(['llama'])('%s with attention in one kernel, layers recomputed, bfloat16', (family) =>
    compare(family, { recompute: true, fused: true, compute: 'bfloat16' }, 5e-2),
  )
  it.each(['gpt2', 'llama', 'gemma2'])('%s with losses in chunks', (family) =>
    compare(family, { dropout: 0.1, chunks: 2 }, 1e-5),
  )
  it.each(['gpt2', 'llama'])('%s with smoothed losses, at once', (family) => compare(family, { smoothing: 0.1 }, 1e-5))
  it.each(['gpt2', 'llama'])('%s with smoothed losses in chunks', (family) =>
    compare(family, { chunks: 2, smoothing: 0.1 }, 1e-5),
  )
  it.each(['gpt2'])('%s with losses in chunks, float16', (family) =>
    compare(family, { chunks: 2, compute: 'float16' }, 2e-2),
  )
  it.each(['int8', 'int4'] as const)('%s weights are dequantized for every use, by a kernel', async (dtype) => {
    const [R, C, block] = [8, 64, 16]
    const b = new Builder()
    const w = dequantize(b.input('q', dtype, [R, C]), b.input('scales', 'float32', [R, C / block]), block)
    b.output('y', matmul(matmul(b.input('x', 'float32', [3, C]), w, { transY: true }), w))
    const graph = b.build()
    const { bytes, scales } = makeQuantize(halfTable(), readSync)(
      Float32Array.from({ length: R * C }, (_, index) => Math.sin(index * 1.3)).buffer,
      { dtype: 'float32', kind: dtype, block },
    )
    const feeds = {
      q: dtype === 'int8' ? new Int8Array(bytes.buffer) : bytes,
      scales,
      x: Float32Array.from({ length: 3 * C }, (_, index) => Math.cos(index)),
    }
    const fused = fuseKernels(graph)
    expect(fused.graph.nodes.map(({ op }) => op.type).filter((type) => type === 'MatMul')).toHaveLength(2)
    const results = []
    for (const [program, customOps] of [
      [graph, undefined],
      [fused.graph, hostOps(fused.kernels, folder)],
    ] as const) {
      const opened = await openProgram(cpu, program, {}, customOps ? { customOps } : {})
      results.push((await opened.run(feeds))['y'] as Float32Array)
      opened.dispose()
    }
    expect(distance(results[1]!, results[0]!)).toBeLessThan(1e-6)
  })
  // Where sizes differ, or parts are many, these hand addresses over in memory that a later run overwrites: a captured
  // run would read or write anywhere.
  it.each(['gpt2', 'llama', 'lfm2'])(
    '%s: whatever ONNX Runtime makes of the graph, it splits and joins only few parts of one size',
    async (family) => {
      const model = await openModelFiles(join(fixtures, family))
      const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
      const { feeds, dims } = inputsOf(model, layout)
      const fused = fuseKernels(
        trainingProgram(model, layout, {
          dropout: 0.1,
          hiddenDropout: true,
          attentionDropout: 0.1,
          lossHead: lossHead({ chunks: 2 }),
        }),
      )
      const run = await operatorsRun(fused.graph, {
        onnx: { provider: 'cuda' },
        session: { weightsFolder: model.folder, customOps: hostOps(fused.kernels, folder) },
        dims,
        feeds,
      })
      expect(run.length).toBeGreaterThan(20)
      const sets = run.flatMap(({ name, inputs, outputs }) =>
        name === 'Split' ? [outputs] : name === 'Concat' ? [inputs] : [],
      )
      for (const parts of sets) {
        expect(parts.length).toBeLessThanOrEqual(16)
        expect(new Set(parts.map((part) => JSON.stringify(part))).size).toBe(1)
      }
    },
  )
  it.each(['llama'])('%s in bfloat16', (family) => compare(family, { compute: 'bfloat16' }, 5e-2))
})
