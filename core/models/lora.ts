/** A linear layer of a model: y = x Wᵀ + b with W [outSize, inSize] named `<path>.weight`. */
export interface LinearSpec {
  readonly path: string
  readonly inSize: number
  readonly outSize: number
  readonly bias: boolean
}

/** Where one module's A [r, inSize] and B [outSize, r] lie in the flat trainable vector p. */
export interface LoraSlot {
  readonly module: LinearSpec
  readonly a: { readonly offset: number; readonly shape: readonly [number, number] }
  readonly b: { readonly offset: number; readonly shape: readonly [number, number] }
  /** First column of the module's part of the dropout columns. */
  readonly columnOffset: number
}

/** One flat float32 vector holds every A and B (Hu et al. 2021): an optimizer, clipping and checkpoints see only it. */
export interface LoraLayout {
  readonly rank: number
  /** alpha / r */
  readonly scale: number
  readonly slots: readonly LoraSlot[]
  readonly parameterCount: number
  /** Total of the modules' input sizes: how many dropout columns a step needs. */
  readonly columnCount: number
}

/** Lays out LoRA for the given modules, in their order. */
export function layOutLora(modules: readonly LinearSpec[], { rank, alpha }: { readonly rank: number; readonly alpha: number }): LoraLayout {
  let offset = 0
  let columnOffset = 0
  const slots = modules.map((module): LoraSlot => {
    const a = { offset, shape: [rank, module.inSize] as const }
    const b = { offset: offset + rank * module.inSize, shape: [module.outSize, rank] as const }
    const slot = { module, a, b, columnOffset }
    offset = b.offset + module.outSize * rank
    columnOffset += module.inSize
    return slot
  })
  return { rank, scale: alpha / rank, slots, parameterCount: offset, columnCount: columnOffset }
}
