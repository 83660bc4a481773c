/** A linear layer of a model: y = x Wᵀ + b with W [outSize, inSize] named `<path>.weight`. */
export interface LinearSpec {
  readonly path: string
  readonly inSize: number
  readonly outSize: number
  readonly bias: boolean
  /** W is stored as [inSize, outSize], as GPT-2's Conv1D does. */
  readonly transposed?: boolean
  /** Layers that read the same x name the same: LoRA computes their A together, under one dropout mask. */
  readonly reads: string
}

/** Where a matrix lies in the flat trainable vector p: first element, and rows and columns. */
export interface VectorSlice {
  readonly offset: number
  readonly shape: readonly [rows: number, columns: number]
}

/** One module's A [r, inSize] and B [outSize, r], and with DoRA its magnitudes [outSize, 1]. */
export interface LoraSlot {
  readonly module: LinearSpec
  readonly a: VectorSlice
  readonly b: VectorSlice
  readonly magnitude: VectorSlice | null
}

/**
 * Modules that read the same x. Their A lie one after the other, so that they are one matrix [r · modules, inSize];
 * their B follow, then their magnitudes.
 */
export interface LoraGroup {
  readonly slots: readonly LoraSlot[]
  readonly a: VectorSlice
  /** First column of the group's part of the dropout columns. */
  readonly columnOffset: number
}

/** A weight of the checkpoint that is trained itself. */
export interface FullWeightSlot {
  readonly name: string
  readonly shape: readonly number[]
  readonly place: VectorSlice
}

/**
 * One flat float32 vector holds every A and B (Hu et al. 2021) and every weight trained as a whole: an optimizer,
 * clipping and checkpoints see only it.
 */
export interface LoraLayout {
  readonly rank: number
  readonly alpha: number
  /** Rank-stabilised: the scale is alpha / √r (Kalajdzievski 2023). */
  readonly rankStabilised: boolean
  /** What A and B together are multiplied by: alpha / r, or alpha / √r. */
  readonly scale: number
  /** The groups fill p in their order, then the whole weights. */
  readonly groups: readonly LoraGroup[]
  readonly slots: readonly LoraSlot[]
  readonly fullWeights: readonly FullWeightSlot[]
  readonly parameterCount: number
  /** Total of the groups' input sizes: how many dropout columns a step needs. */
  readonly columnCount: number
}

export interface LayoutOptions {
  readonly rank: number
  readonly alpha: number
  readonly rankStabilised?: boolean
  /** Weight-decomposed (DoRA, Liu et al. 2024): the length of every row of W + ΔW is trained on its own. */
  readonly magnitudes?: boolean
  /** Weights that are trained themselves. */
  readonly fullWeights?: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

/** Lays out what is trained: LoRA for the given modules, in their order, then the weights trained as a whole. */
export function layOutLora(
  modules: readonly LinearSpec[],
  { rank, alpha, rankStabilised = false, magnitudes = false, fullWeights = [] }: LayoutOptions,
): LoraLayout {
  const groups: LoraGroup[] = []
  let offset = 0
  let columnOffset = 0
  for (const reads of new Set(modules.map((module) => module.reads))) {
    const members = modules.filter((module) => module.reads === reads)
    const group = layOutGroup(members, { rank, magnitudes, offset, columnOffset })
    groups.push(group)
    offset = placesOf(group).reduce((end, place) => Math.max(end, endOf(place)), offset)
    columnOffset += group.a.shape[1]
  }
  const fullWeightSlots = fullWeights.map(({ name, shape }): FullWeightSlot => {
    const place: VectorSlice = {
      offset,
      shape: [shape[0] ?? 1, shape.slice(1).reduce((product, size) => product * size, 1)],
    }
    offset = endOf(place)
    return { name, shape, place }
  })
  const scale = alpha / (rankStabilised ? Math.sqrt(rank) : rank)
  return {
    rank,
    alpha,
    rankStabilised,
    scale,
    groups,
    slots: groups.flatMap(({ slots }) => slots),
    fullWeights: fullWeightSlots,
    parameterCount: offset,
    columnCount: columnOffset,
  }
}

interface GroupStart {
  readonly rank: number
  readonly magnitudes: boolean
  readonly offset: number
  readonly columnOffset: number
}

function layOutGroup(
  members: readonly LinearSpec[],
  { rank, magnitudes, offset, columnOffset }: GroupStart,
): LoraGroup {
  const inSize = members[0]?.inSize ?? 0
  const a: VectorSlice = { offset, shape: [rank * members.length, inSize] }
  let next = endOf(a)
  const take = (rows: number, columns: number): VectorSlice => {
    const place: VectorSlice = { offset: next, shape: [rows, columns] }
    next = endOf(place)
    return place
  }
  const bs = members.map(({ outSize }) => take(outSize, rank))
  const slots = members.map((module, index): LoraSlot => ({
    module,
    a: { offset: offset + index * rank * inSize, shape: [rank, inSize] },
    b: bs[index] as VectorSlice,
    magnitude: magnitudes ? take(module.outSize, 1) : null,
  }))
  return { slots, a, columnOffset }
}

const placesOf = ({ a, slots }: LoraGroup): VectorSlice[] => [
  a,
  ...slots.map(({ b }) => b),
  ...slots.flatMap(({ magnitude }) => magnitude ?? []),
]

/**
 * The matrices that lie in p, in its order: of every group its A together, then each B, then magnitudes; then the whole
 * weights.
 */
export const matricesOf = ({ groups, fullWeights }: LoraLayout): VectorSlice[] => [
  ...groups.flatMap(placesOf),
  ...fullWeights.map(({ place }) => place),
]

/** Names of a program's inputs that take the matrices one by one instead of p. */
export const matrixName = ({ offset }: VectorSlice): string => `p_${offset}`

const endOf = ({ offset, shape }: VectorSlice): number => offset + shape[0] * shape[1]
