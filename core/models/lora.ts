/** A linear layer of a model: y = x Wᵀ + b with W [outSize, inSize] named `<path>.weight`. */
export interface LinearSpec {
  readonly path: string
  readonly inSize: number
  readonly outSize: number
  readonly bias: boolean
  /** Layers that read the same x name the same: LoRA computes their A together, under one dropout mask. */
  readonly reads: string
}

/** Where a matrix lies in the flat trainable vector p: first element, and rows and columns. */
export interface Place {
  readonly offset: number
  readonly shape: readonly [rows: number, columns: number]
}

/** One module's A [r, inSize] and B [outSize, r]. */
export interface LoraSlot {
  readonly module: LinearSpec
  readonly a: Place
  readonly b: Place
}

/** Modules that read the same x. Their A lie one after the other, so that they are one matrix [r · modules, inSize]; their B follow. */
export interface LoraGroup {
  readonly slots: readonly LoraSlot[]
  readonly a: Place
  /** First column of the group's part of the dropout columns. */
  readonly columnOffset: number
}

/** One flat float32 vector holds every A and B (Hu et al. 2021): an optimizer, clipping and checkpoints see only it. */
export interface LoraLayout {
  readonly rank: number
  /** alpha / r */
  readonly scale: number
  /** The groups fill p in their order. */
  readonly groups: readonly LoraGroup[]
  readonly slots: readonly LoraSlot[]
  readonly parameterCount: number
  /** Total of the groups' input sizes: how many dropout columns a step needs. */
  readonly columnCount: number
}

/** Lays out LoRA for the given modules, in their order. */
export function layOutLora(modules: readonly LinearSpec[], { rank, alpha }: { readonly rank: number; readonly alpha: number }): LoraLayout {
  const groups: LoraGroup[] = []
  let offset = 0
  let columnOffset = 0
  for (const reads of new Set(modules.map((module) => module.reads))) {
    const members = modules.filter((module) => module.reads === reads)
    const group = layOutGroup(members, { rank, offset, columnOffset })
    groups.push(group)
    offset = group.slots.reduce((end, { b }) => Math.max(end, endOf(b)), endOf(group.a))
    columnOffset += group.a.shape[1]
  }
  return { rank, scale: alpha / rank, groups, slots: groups.flatMap(({ slots }) => slots), parameterCount: offset, columnCount: columnOffset }
}

function layOutGroup(members: readonly LinearSpec[], { rank, offset, columnOffset }: { rank: number; offset: number; columnOffset: number }): LoraGroup {
  const inSize = members[0]?.inSize ?? 0
  const a: Place = { offset, shape: [rank * members.length, inSize] }
  let next = endOf(a)
  const slots = members.map((module, index): LoraSlot => {
    const b: Place = { offset: next, shape: [module.outSize, rank] }
    next = endOf(b)
    return { module, a: { offset: offset + index * rank * inSize, shape: [rank, inSize] }, b }
  })
  return { slots, a, columnOffset }
}

/** The matrices that lie in p, in its order: of every group its A together, then each B. */
export const matricesOf = ({ groups }: LoraLayout): Place[] => groups.flatMap(({ a, slots }) => [a, ...slots.map(({ b }) => b)])

/** Names of a program's inputs that take the matrices one by one instead of p. */
export const matrixName = ({ offset }: Place): string => `p_${offset}`

const endOf = ({ offset, shape }: Place): number => offset + shape[0] * shape[1]
