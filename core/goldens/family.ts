import { join } from 'node:path'
import { readAdapter, readSafetensorsHeader, readTensor } from '../checkpoints/index.ts'
import { defaultSettings } from '../contract/index.ts'
import type { LoraLayout } from '../models/lora.ts'
import { logitsProgram, trainingProgram } from '../models/programs.ts'
import { longTextLimit, rotaryTables, turnOf } from '../models/rotary.ts'
import { openProgram } from '../kernels/run-program.ts'
import type { Device } from '../runtime/index.ts'
import { layoutOfAdapter, readAdapterVector } from '../training/checkpoint.ts'
import { optimizers, type OptimizerName, type ScheduleName } from '../optimization/index.ts'
import { packRows, turnsOf, type PackedBatch } from '../training/packing.ts'
import type { TokenRow } from '../samples/token-row.ts'
import { learningRateAt } from '../training/learning-rate.ts'
import { StepRunner } from '../training/step-runner.ts'
import { openModelFiles, type ModelFiles } from '../weights/model-files.ts'
import { loadResidentWeights, NO_RESIDENT_WEIGHTS, type ResidentWeights } from '../weights/resident.ts'
import { readExpected, type Expected } from './expected.ts'
import { checkGeneration } from './generation.ts'

/** One check of a family: the worst error found, and what it may be. */
export interface Check {
  readonly name: string
  readonly worst: number
  readonly limit: number
  /** How many recorded steps could be compared, where not all need be. */
  readonly steps?: number
}

/** How far float32 on another machine may be off: logits in their own unit, the others relative. */
export const LIMITS = { logits: 2e-4, losses: 1e-4, gradients: 1e-3, checksum: 1e-4, tokens: 0 } as const

interface CheckOptions {
  /** Of the recorded trainings only these. */
  readonly trainings?: readonly string[]
  /** Where it is found out how far rounding carries a training: any device can tell, a slow one need not. */
  readonly roundingOn?: Device
}

/**
 * Every check of a family's folder (layout: core/goldens/README.md) on a device. Throws what opening the model throws.
 */
export async function checkFamily(
  folder: string,
  device: Device,
  { trainings, roundingOn = device }: CheckOptions = {},
): Promise<Check[]> {
  const family = await openFamily(folder, device)
  try {
    const rounded = roundingOn === device ? family : await openFamily(folder, roundingOn)
    try {
      return await checksOf(family, rounded, trainings ?? Object.keys(family.expected.train))
    } finally {
      if (rounded !== family) await rounded.resident.dispose()
    }
  } finally {
    await family.resident.dispose()
  }
}

/** `resident` is the caller's to dispose of. */
async function openFamily(folder: string, device: Device): Promise<GoldenFamily> {
  const expected = await readExpected(folder)
  const model = await openModelFiles(folder)
  const layout = layoutOfAdapter(await readAdapter(join(folder, 'adapter')), model.architecture)
  const p = await readAdapterVector(join(folder, 'adapter'), layout)
  const resident = model.inPlace ? NO_RESIDENT_WEIGHTS : loadResidentWeights(model, device, 'as-stored')
  await resident.loaded
  return { folder, device, expected, model, resident, layout, p }
}

async function checksOf(family: GoldenFamily, rounded: GoldenFamily, trainings: readonly string[]): Promise<Check[]> {
  return [
    { name: 'logits', worst: await logitsError(family), limit: LIMITS.logits },
    {
      name: 'adapted logits',
      worst: await adaptedLogitsError(family, family.p, family.expected.lora.logits_row0),
      limit: LIMITS.logits,
    },
    { name: 'losses', worst: await lossError(family), limit: LIMITS.losses },
    { name: 'gradients', worst: await gradientError(family), limit: LIMITS.gradients },
    ...(await trainingChecks(family, rounded, trainings)),
    ...(await checkGeneration(family)).map(({ name, wrong }) => ({ name, worst: wrong, limit: LIMITS.tokens })),
  ]
}

/**
 * Logits [tokens, vocabulary] that a model folder gives for token ids, each position after those before it. Throws what
 * opening the model throws.
 */
export async function logitsOfModel(folder: string, device: Device, ids: readonly number[]): Promise<Float32Array> {
  const model = await openModelFiles(folder)
  const resident = model.inPlace ? NO_RESIDENT_WEIGHTS : loadResidentWeights(model, device, 'as-stored')
  await resident.loaded
  try {
    return await logitsOf({ folder, device, model, resident }, ids, null)
  } finally {
    await resident.dispose()
  }
}

/** What the checks of one family share. */
export interface GoldenFamily {
  readonly folder: string
  readonly device: Device
  readonly expected: Expected
  readonly model: ModelFiles
  /** Its weights, where sessions cannot read them in their files. */
  readonly resident: ResidentWeights
  readonly layout: LoraLayout
  /** The recorded adapter. */
  readonly p: Float32Array<ArrayBuffer>
}

const furthest = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.reduce((most, value, index) => worse(most, Math.abs(value - (found[index] ?? NaN))), 0)
const relative = (found: readonly number[], wanted: readonly number[]): number =>
  wanted.reduce((most, value, index) => worse(most, Math.abs((found[index] ?? NaN) / value - 1)), 0)
/** NaN is the worst. */
const worse = (a: number, b: number): number => (Number.isNaN(b) || b > a ? (Number.isNaN(b) ? Infinity : b) : a)

const everyToken = (ids: readonly number[]): TokenRow => ({
  ids: Int32Array.from(ids),
  labelMask: Uint8Array.from(ids, () => 1),
})
const answersOnly = ({ rows, prompt_lengths }: Expected): TokenRow[] =>
  rows.map((ids, row) => ({
    ids: Int32Array.from(ids),
    labelMask: Uint8Array.from(ids, (_, index) => Number(index >= (prompt_lengths[row] as number))),
  }))

/** Logits of every position of a row alone. */
async function logitsOf(
  { model, resident, device, folder }: Pick<GoldenFamily, 'model' | 'resident' | 'device' | 'folder'>,
  ids: readonly number[],
  adapter: { layout: LoraLayout; p: Float32Array } | null,
): Promise<Float32Array> {
  const T = ids.length
  const limit = longTextLimit(model.architecture) ?? Infinity
  const program = await openProgram(
    device,
    logitsProgram(resident.source(model), adapter?.layout ?? null),
    { B: 1, T, N: T, M: T, S: T, '2·S': 2 * T },
    { weightsFolder: folder, weights: resident.tensors },
  )
  try {
    const feeds = {
      ids,
      positions: BigInt64Array.from(ids, (_, index) => BigInt(index)),
      turns: BigInt64Array.from(ids, (_, index) => BigInt(turnOf(index, T, limit))),
      segments: ids.map(() => 0),
      targets: ids.map((_, index) => index),
      ...tablesOf(model, T),
      ...(adapter && { p: adapter.p as Float32Array<ArrayBuffer> }),
    }
    return (await program.run(feeds))['logits'] as Float32Array
  } finally {
    program.dispose()
  }
}

const tablesOf = (model: ModelFiles, positions: number) =>
  Object.fromEntries(rotaryTables(model.architecture, positions).map(({ name, values }) => [name, values]))

async function logitsError(family: GoldenFamily): Promise<number> {
  let most = 0
  for (const [row, ids] of family.expected.rows.entries())
    most = worse(
      most,
      furthest(
        await logitsOf(family, ids, null),
        (family.expected.logits[row] as readonly (readonly number[])[]).flat(),
      ),
    )
  return most
}

const adaptedLogitsError = async (
  family: GoldenFamily,
  p: Float32Array,
  wanted: readonly (readonly number[])[],
): Promise<number> =>
  furthest(
    await logitsOf(family, family.expected.rows[0] as readonly number[], { layout: family.layout, p }),
    wanted.flat(),
  )

const openRunner = (
  { model, resident, device, layout }: GoldenFamily,
  optimizer: OptimizerName,
  { clip, weightDecay }: { clip: number; weightDecay: number },
): Promise<StepRunner> =>
  StepRunner.open({
    model,
    resident,
    device,
    layout,
    optimizer: optimizers[optimizer],
    clip,
    weightDecay,
    seed: 1,
    maxTokens: 64,
  })

/** Losses over all tokens and over answers, each row in a sequence of its own and packed. */
async function lossError(family: GoldenFamily): Promise<number> {
  const { rows, lora } = family.expected
  const runner = await openRunner(family, 'AdamW', { clip: 0, weightDecay: 0 })
  try {
    runner.p.write(family.p)
    const all = rows.map(everyToken)
    const answers = answersOnly(family.expected)
    const found = [
      await runner.evaluate(all.map((row) => packRows([row]))),
      await runner.evaluate([packRows(answers)]),
      await runner.evaluate([packRows(answers, 64)]),
    ]
    return relative(found, [lora.loss_all_tokens, lora.loss_answer_only, lora.loss_answer_only])
  } finally {
    runner.dispose()
  }
}

/** Distance of every A's and B's gradient, relative to its norm; and of the norm of all. */
async function gradientError({ folder, device, expected, model, resident, layout, p }: GoldenFamily): Promise<number> {
  const batch = packRows(answersOnly(expected))
  const found = await gradientOf({ device, model, resident, layout, p, batch })
  const header = await readSafetensorsHeader(join(folder, 'lora_grads.safetensors'))
  let most = Math.abs(Math.hypot(...found) / expected.lora.grad_global_norm - 1)
  for (const { module, a, b } of layout.slots)
    for (const [part, { offset }] of [
      ['lora_A', a],
      ['lora_B', b],
    ] as const) {
      const place = [...header.tensors].find(([name]) => name.startsWith(`${module.path}.`) && name.includes(part))?.[1]
      if (!place) return Infinity
      const wanted = await readTensor(folder, place)
      most = worse(
        most,
        Math.hypot(...wanted.map((value, index) => value - (found[offset + index] as number))) / Math.hypot(...wanted),
      )
    }
  return most
}

async function gradientOf({
  device,
  model,
  resident,
  layout,
  p,
  batch,
}: Pick<GoldenFamily, 'device' | 'model' | 'resident' | 'layout' | 'p'> & {
  batch: PackedBatch
}): Promise<Float32Array> {
  const {
    sequences: B,
    tokensPerSequence: T,
    targets: { length: M },
  } = batch
  const program = await openProgram(
    device,
    trainingProgram(resident.source(model), layout),
    { B, T, N: B * T, M, S: T, '2·S': 2 * T },
    { weightsFolder: model.folder, weights: resident.tensors },
  )
  try {
    const { ids, positions, segments, targets, labels } = batch
    const feeds = {
      ids,
      positions,
      turns: turnsOf(batch, longTextLimit(model.architecture) ?? Infinity),
      segments,
      targets,
      labels,
      weights: new Float32Array(M).fill(1 / M),
      p,
      g: new Float32Array(p.length),
      accumulate: [0],
      ...tablesOf(model, T),
    }
    return (await program.run(feeds))['g_out'] as Float32Array
  } finally {
    program.dispose()
  }
}

interface Recipe {
  readonly optimizer: OptimizerName
  readonly learningRate: number
  readonly schedule?: ScheduleName
  readonly clip?: number
  readonly weightDecay?: number
}

/** What each recorded training was made with. */
const recipes: Readonly<Record<string, Recipe>> = {
  adamw_cosine: { optimizer: 'AdamW', learningRate: 5e-3, schedule: 'cosine', clip: 1, weightDecay: 0.01 },
  adam: { optimizer: 'Adam', learningRate: 5e-3 },
  sgd_nesterov: { optimizer: 'SGD', learningRate: 5e-2 },
  rmsprop: { optimizer: 'RMSprop', learningRate: 1e-3 },
  adadelta: { optimizer: 'Adadelta', learningRate: 1 },
}

/** The adapter is moved by this share to see how far rounding alone carries a training. */
const ROUNDING = 1e-7
/**
 * Where rounding alone moves a number by more than this share of its limit, another machine's number says nothing about
 * ours.
 */
const STEADY = 0.1

/**
 * Ten recorded steps with each optimizer. Some recorded trainings (SGD without clipping) are chaotic: torch itself
 * leaves its own recorded losses by half after a change of one bit. So every training is run twice, once from an
 * adapter moved by a rounding error and with its sums in another order, and a number counts for as long as both runs
 * agree ten times better than the limit; the first three losses and the first norm always count.
 */
async function trainingChecks(family: GoldenFamily, rounded: GoldenFamily, names: readonly string[]): Promise<Check[]> {
  const checks: Check[] = []
  for (const name of names) {
    const recorded = family.expected.train[name]
    const recipe = recipes[name]
    if (!recorded || !recipe) continue
    const rows = answersOnly(family.expected)
    const run = await trained(family, recipe, recorded.losses.length, { p: family.p, rows })
    const still =
      rounded === family ? run : await trained(rounded, recipe, recorded.losses.length, { p: family.p, rows })
    const moved = await trained(rounded, recipe, recorded.losses.length, {
      p: family.p.map((value, index) => value * (1 + (index % 2 === 0 ? ROUNDING : -ROUNDING))),
      rows: [...rows].reverse(),
    })
    const steps = (found: readonly number[], again: readonly number[], limit: number, least: number) =>
      Math.max(
        least,
        found.findIndex((value, step) => Math.abs((again[step] as number) / value - 1) > STEADY * limit) >>> 0,
      )
    const losses = steps(still.losses, moved.losses, LIMITS.losses, 3)
    const norms = steps(still.norms, moved.norms, LIMITS.gradients, 1)
    checks.push({
      name: `${name} losses`,
      worst: relative(run.losses, recorded.losses.slice(0, losses)),
      limit: LIMITS.losses,
      steps: Math.min(losses, recorded.losses.length),
    })
    checks.push({
      name: `${name} norms`,
      worst: relative(run.norms, recorded.grad_norms.slice(0, norms)),
      limit: LIMITS.gradients,
      steps: Math.min(norms, recorded.grad_norms.length),
    })
    if (Math.abs(sumOf(moved.p) / sumOf(still.p) - 1) > STEADY * LIMITS.checksum) continue
    checks.push({
      name: `${name} checksum`,
      worst: relative([sumOf(run.p)], [recorded.final_checksum]),
      limit: LIMITS.checksum,
    })
    if (recorded.logits_row0_after)
      checks.push({
        name: `${name} logits after`,
        worst: await adaptedLogitsError(family, run.p, recorded.logits_row0_after),
        limit: LIMITS.logits,
      })
  }
  return checks
}

const sumOf = (p: Float32Array): number => p.reduce((sum, value) => sum + Math.abs(value), 0)

async function trained(
  family: GoldenFamily,
  { optimizer, learningRate, schedule = 'constant', clip = 0, weightDecay = 0 }: Recipe,
  count: number,
  { p, rows }: { readonly p: Float32Array<ArrayBuffer>; readonly rows: readonly TokenRow[] },
) {
  const settings = { ...defaultSettings(), 'training.learning_rate': learningRate, 'training.schedule': schedule }
  const runner = await openRunner(family, optimizer, { clip, weightDecay })
  try {
    runner.p.write(p)
    const batch = packRows(rows)
    const losses: number[] = []
    const norms: number[] = []
    for (let step = 0; step < count; step++) {
      const { loss, gradientNorm } = await runner.step([batch], step, learningRateAt(step, count, 1, settings))
      losses.push(loss)
      norms.push(gradientNorm)
    }
    return { losses, norms, p: await runner.p.read() }
  } finally {
    runner.dispose()
  }
}
