import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint, readTensor, readSafetensorsHeader } from '../checkpoints/index.ts'
import { architectureOf, loraTargets } from './family.ts'
import { lossHead } from './loss-head.ts'
import { layOutLora, matricesOf, matrixName, type LoraLayout } from './lora.ts'
import { decodingProgram, evaluationProgram, logitsProgram, trainingProgram, type ModelSource } from './programs.ts'
import type { AnyArray } from '../runtime/index.ts'
import { rotaryTables } from './rotary.ts'
import { openTestRuntime, runProgram } from '../kernels/run-program.ts'

const { runtime, kinds } = openTestRuntime()
const folder = join(import.meta.dirname, 'fixtures', 'llama')

interface Expected {
  rows: number[][]
  prompt_lengths: number[]
  logits: number[][][]
  lora: { loss_all_tokens: number; loss_answer_only: number; logits_row0: number[][]; grad_global_norm: number }
}

let expected: Expected
let model: ModelSource
let layout: LoraLayout
let p: Float32Array<ArrayBuffer>

beforeAll(async () => {
  expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected
  const checkpoint = await openCheckpoint(folder)
  model = { architecture: architectureOf(checkpoint.config), weights: checkpoint.tensors as never }
  layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
  p = new Float32Array(layout.parameterCount)
  const header = await readSafetensorsHeader(join(folder, 'adapter', 'adapter_model.safetensors'))
  for (const slot of layout.slots)
    for (const [part, place] of [
      ['lora_A', slot.a],
      ['lora_B', slot.b],
    ] as const) {
      const entry = header.tensors.get(`base_model.model.${slot.module.path}.${part}.weight`)!
      p.set(await readTensor(join(folder, 'adapter'), entry), place.offset)
    }
})

const tables = (positions: number) =>
  Object.fromEntries(rotaryTables(model.architecture, positions).map(({ name, values }) => [name, values]))

/** Rows padded to one length, the padding in a segment of its own. */
function batchOf(rows: number[][], counted: (row: number, index: number) => boolean) {
  const T = Math.max(...rows.map((row) => row.length))
  const B = rows.length
  const ids = new Int32Array(B * T)
  const positions = new BigInt64Array(B * T)
  const segments = new Int32Array(B * T).fill(-1)
  const targets: number[] = []
  const labels: bigint[] = []
  rows.forEach((row, b) =>
    row.forEach((id, t) => {
      ids[b * T + t] = id
      positions[b * T + t] = BigInt(t)
      segments[b * T + t] = b
      if (t + 1 < row.length && counted(b, t + 1)) {
        targets.push(b * T + t)
        labels.push(BigInt(row[t + 1]!))
      }
    }),
  )
  const M = targets.length
  const S = 64
  const feeds = {
    ids,
    positions,
    segments,
    targets: Int32Array.from(targets),
    labels: BigInt64Array.from(labels),
    weights: new Float32Array(M).fill(1 / M),
    ...tables(S),
    p,
  }
  return { feeds, dims: { B, T, N: B * T, M, S } }
}

const worst = (found: ArrayLike<number>, wanted: number[]) =>
  wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index]!)), 0)

afterAll(() => expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

// On WebGPU only what the families' checks there (../goldens/webgpu.test.ts) leave out: rows that are padded
// together in the cache, and an adapter that is cut. Logits, losses and gradients are theirs, of five families.
describe.each(kinds)('llama against transformers on %s', { timeout: 180_000 }, (kind) => {
  const onCpu = kind === 'cpu'
  const place = { kind, weightsFolder: folder }

  it.runIf(onCpu)('gives the same logits for every position', async () => {
    const { feeds, dims } = batchOf(expected.rows, () => true)
    const targets = Int32Array.from(expected.rows.flatMap((row, b) => row.map((_, t) => b * dims.T + t)))
    const { logits } = await runProgram(
      logitsProgram(model, null),
      { ...feeds, targets },
      { ...dims, M: targets.length },
      place,
    )
    expect(worst(logits as Float32Array, expected.logits.flat(2))).toBeLessThan(2e-4)
  })

  it('gives the same logits with the cache: padded prompts together, then a token of each', async () => {
    const { architecture } = model
    const rows = expected.rows.slice(0, 2)
    const dims = { B: rows.length, S: 64 }
    const cacheNames = Array.from({ length: architecture.layerCount }, (_, layer) => [`k${layer}`, `v${layer}`]).flat()
    let caches: Record<string, AnyArray> = Object.fromEntries(
      cacheNames.map((name) => [
        name,
        new Float32Array(dims.B * architecture.kvHeads * dims.S * architecture.headSize),
      ]),
    )
    const run = async (tokens: number[][], used: number[]) => {
      const T = Math.max(...tokens.map(({ length }) => length))
      const ids = Int32Array.from(tokens.flatMap((list) => Array.from({ length: T }, (_, t) => list[t] ?? 0)))
      const last = Int32Array.from(tokens, ({ length }, b) => b * T + length - 1)
      const feeds = {
        ids,
        last,
        lengths: Int32Array.from(used, (count) => count - 1),
        total: Int32Array.of(Math.max(T, ...used)),
        ...tables(dims.S),
        ...caches,
      }
      const results = await runProgram(decodingProgram(model, null), feeds, { ...dims, T }, place)
      caches = Object.fromEntries(cacheNames.map((name) => [name, results[`${name}_out`] as AnyArray]))
      expect(
        worst(
          results['logits'] as Float32Array,
          used.flatMap((count, b) => expected.logits[b]![count - 1]!),
        ),
      ).toBeLessThan(2e-4)
    }
    await run(
      rows.map((row) => row.slice(0, -2)),
      rows.map(({ length }) => length - 2),
    )
    await run(
      rows.map((row) => row.slice(-2, -1)),
      rows.map(({ length }) => length - 1),
    )
    await run(
      rows.map((row) => row.slice(-1)),
      rows.map(({ length }) => length),
    )
  })

  it('gives the same logits with an adapter and the cache, p whole or cut', async () => {
    const row = expected.rows[0]!
    const dims = { B: 1, T: row.length, S: 64 }
    const matrices = Object.fromEntries(
      matricesOf(layout).map((matrix) => [
        matrixName(matrix),
        p.slice(matrix.offset, matrix.offset + matrix.shape[0] * matrix.shape[1]),
      ]),
    )
    const feeds = {
      ids: Int32Array.from(row),
      last: Int32Array.of(row.length - 1),
      lengths: Int32Array.of(row.length - 1),
      total: Int32Array.of(row.length),
      ...tables(dims.S),
      p,
      ...matrices,
    }
    for (const cutAdapter of [true, false]) {
      const { logits } = await runProgram(decodingProgram(model, layout, { cutAdapter }), feeds, dims, place)
      expect(worst(logits as Float32Array, expected.lora.logits_row0.at(-1)!)).toBeLessThan(2e-4)
    }
  })

  it.runIf(onCpu)('gives the same losses with an adapter, over all tokens and over answers only', async () => {
    const graph = evaluationProgram(model, layout)
    for (const [wanted, counted] of [
      [expected.lora.loss_all_tokens, () => true],
      [expected.lora.loss_answer_only, (b: number, t: number) => t >= expected.prompt_lengths[b]!],
    ] as const) {
      const { feeds, dims } = batchOf(expected.rows, counted)
      const { loss } = await runProgram(graph, feeds, dims, place)
      expect(Math.abs((loss as Float32Array)[0]! / wanted - 1)).toBeLessThan(1e-4)
    }
  })

  it.runIf(onCpu)('gives the same loss and gradient norm with label smoothing', async () => {
    const { smoothing, llama: recorded } = JSON.parse(
      await readFile(join(import.meta.dirname, 'label-smoothing.fixture.json'), 'utf8'),
    ) as { smoothing: number; llama: { loss_answer_only: number; grad_global_norm: number } }
    const { feeds, dims } = batchOf(expected.rows, (b, t) => t >= expected.prompt_lengths[b]!)
    const { g_out, loss } = await runProgram(
      trainingProgram(model, layout, { lossHead: lossHead({ smoothing }) }),
      { ...feeds, g: new Float32Array(layout.parameterCount), accumulate: Uint8Array.of(0) },
      dims,
      place,
    )
    expect(Math.abs((loss as Float32Array)[0]! / recorded.loss_answer_only - 1)).toBeLessThan(1e-5)
    expect(Math.abs(Math.hypot(...(g_out as Float32Array)) / recorded.grad_global_norm - 1)).toBeLessThan(1e-4)
  })

  it.runIf(onCpu)('gives the same gradients of every A and B', async () => {
    const { feeds, dims } = batchOf(expected.rows, (b, t) => t >= expected.prompt_lengths[b]!)
    const graph = trainingProgram(model, layout)
    const { g_out, loss } = await runProgram(
      graph,
      { ...feeds, g: new Float32Array(layout.parameterCount), accumulate: Uint8Array.of(0) },
      dims,
      place,
    )
    expect(Math.abs((loss as Float32Array)[0]! / expected.lora.loss_answer_only - 1)).toBeLessThan(1e-4)
    const header = await readSafetensorsHeader(join(folder, 'lora_grads.safetensors'))
    for (const slot of layout.slots)
      for (const [part, place] of [
        ['lora_A', slot.a],
        ['lora_B', slot.b],
      ] as const) {
        const entry = [...header.tensors.entries()].find(
          ([name]) => name.includes(slot.module.path) && name.includes(part),
        )![1]
        const wanted = await readTensor(folder, entry)
        const found = (g_out as Float32Array).subarray(place.offset, place.offset + wanted.length)
        const norm = Math.hypot(...wanted)
        expect(
          Math.hypot(...wanted.map((value, index) => value - found[index]!)) / norm,
          `${slot.module.path} ${part}`,
        ).toBeLessThan(1e-3)
      }
    expect(Math.abs(Math.hypot(...(g_out as Float32Array)) / expected.lora.grad_global_norm - 1)).toBeLessThan(1e-3)
  })
})
