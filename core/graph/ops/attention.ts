import { z } from 'zod'
import { InternalError } from '../../contract/errors.ts'
import type { BlockKernel, Value } from '../ir.ts'
import { STORED_TYPES } from '../kernels/c-types.ts'
import { tensorCores } from '../kernels/tensor-cores.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { attentionLibrary } from './attention-source.ts'
import { cast } from './cast.ts'
import { dropoutThreshold } from './dropout-mask.ts'
import { mul } from './mul.ts'
import { reduceSum } from './reduce-sum.ts'
import { reshape } from './reshape.ts'

/** One or three. */
const anyNumber: readonly string[] = ['...gradients']

const AttentionPlan = z.object({
  heads: z.number().int(),
  keyHeads: z.number().int(),
  headSize: z.number().int(),
  /** Scores are multiplied by it. */
  scale: z.number(),
  /** A token sees so many recent ones, itself included; 0: all. */
  window: z.number().int(),
  /** Share of the probabilities that are dropped; the random numbers are given where it is above 0. */
  p: z.number().min(0).max(1),
})
export type AttentionPlan = z.infer<typeof AttentionPlan>

/** Elements of a head that the kernel takes: what fits into registers, copied 16 bytes at a time. */
const [LARGEST_HEAD, HEAD_STEP] = [128, 8]

/** Whether attention in one kernel can be had for heads of this size. */
export const isFusedHead = (headSize: number): boolean => headSize % HEAD_STEP === 0 && headSize <= LARGEST_HEAD

/**
 * Causal attention of packed sequences in one custom kernel, in float16 or bfloat16, without probabilities in memory; there is
 * no other form of it. q [N, H·D], k and v [N, K·D], or one value [N, (H+2K)·D] given three times that has them side by
 * side; positions [B,T] int64 and segments [B,T] int32 (a token sees those of its own segment at positions up to its
 * own); with dropout rows [B·H·T,1] and columns [T] int32 (dropout-mask.ts). Gives out [N, H·D] and the logarithm to
 * base 2 of each softmax's sum [N,H] float32, for the gradient.
 */
export const attentionOp = defineOp({
  type: 'Attention',
  inputs: ['q', 'k', 'v', 'positions', 'segments', '...random'],
  outputs: ['out', 'logSums'],
  attrs: AttentionPlan,
  kernelOnly: true,
  infer: ([q, k, v, positions, segments], { heads, keyHeads, headSize }) => {
    const width = q === k ? (heads + 2 * keyHeads) * headSize : heads * headSize
    const fits =
      q.shape[1] === width &&
      k.dtype === q.dtype &&
      v.dtype === q.dtype &&
      (q.dtype === 'float16' || q.dtype === 'bfloat16') &&
      isFusedHead(headSize)
    expectThat(
      fits && positions.dtype === 'int64' && segments.shape.length === 2,
      'Attention',
      [q, k, v, positions, segments],
      'q, k and v in float16 or bfloat16, positions and segments [B,T]',
    )
    return [
      { dtype: q.dtype, shape: [q.shape[0] ?? 1, heads * headSize] },
      { dtype: 'float32', shape: [q.shape[0] ?? 1, heads] },
    ]
  },
  grad({ inputs, outputs: [out, logSums], dOut: [d], attrs }) {
    if (!d) return inputs.map(() => null) as never
    const { heads, headSize } = attrs
    const [N] = out.shape
    const perHead = (x: Value) => cast(reshape(x, [N ?? 1, heads, headSize]), 'float32')
    const delta = reduceSum(mul(perHead(d), perHead(out)), [-1], true)
    const [dq, dk = null, dv = null] = attentionGradient(
      [...inputs.slice(0, 5), logSums, delta, d, ...inputs.slice(5)],
      attrs,
    )
    return [dq, dk, dv, ...inputs.slice(3).map(() => null)] as never
  },
  kernel: (values, plan) =>
    blockKernel(values, plan, {
      ownTiles: 0,
      blocks: ([T = 0, B = 0]) => [tilesOf(T), B * plan.heads],
      call: (types, inputs, shared) => `attentionForward${types}(${inputs}, out0, out1, ${shared});`,
    }),
  lower: needsKernels,
})

export const attention = (inputs: readonly Value[], plan: AttentionPlan): readonly [out: Value, logSums: Value] =>
  apply(attentionOp, inputs as never, plan)

/**
 * The gradients of `attention`: dq, dk and dv, or one value that has them side by side where q, k and v were one. delta
 * [N,H,1] float32: Σ d · out of every head.
 */
export const attentionGradientOp = defineOp({
  type: 'AttentionGradient',
  inputs: ['q', 'k', 'v', 'positions', 'segments', 'logSums', 'delta', 'd', '...random'],
  outputs: anyNumber,
  attrs: AttentionPlan,
  infer: ([q, k, v]) => (q === k ? [q] : [q, k, v]),
  grad: { noGrad: 'second derivatives are not needed' },
  kernel(values, plan) {
    const outs =
      values[0] === values[1]
        ? [0, plan.heads * plan.headSize, (plan.heads + plan.keyHeads) * plan.headSize].map(
            (offset) => `out0 + ${offset}`,
          )
        : ['out0', 'out1', 'out2']
    return blockKernel(values, plan, {
      ownTiles: 2,
      blocks: ([T = 0, B = 0]) => [2 * tilesOf(T), B * plan.heads],
      call: (types, inputs, shared) =>
        `attentionBackward${types}(${inputs}, in5, in6, in7, ${outs.join(', ')}, ${shared});`,
    })
  },
  lower: needsKernels,
})

export const attentionGradient = (inputs: readonly Value[], plan: AttentionPlan): readonly Value[] =>
  apply(attentionGradientOp, inputs as never, plan)

function needsKernels(): never {
  throw new InternalError('attention in one kernel needs custom kernels')
}

/**
 * Tokens of a tile, threads of a block, bytes of a float16, and of what a block knows of a tile's tokens
 * (attention-source.ts, `Tokens`).
 */
const [TILE, THREADS, HALF_BYTES, TOKENS_BYTES] = [64, 128, 2, 64 * 5 * 4]
/** What a block may have on every GPU from compute capability 8.0 on. */
const SHARED_BYTES = 99 * 1024
const tilesOf = (T: number): number => Math.ceil(T / TILE)

interface AttentionKernel {
  /** How many tiles of its own rows a block keeps in shared memory. */
  readonly ownTiles: number
  /** Blocks for T tokens in B sequences. */
  readonly blocks: BlockKernel['blocks']
  readonly call: (types: string, inputs: string, shared: string) => string
}

/** Random numbers are the last two of the values. */
function blockKernel(
  values: readonly Value[],
  { heads, keyHeads, headSize: size, scale, window, p }: AttentionPlan,
  { ownTiles, blocks, call }: AttentionKernel,
): BlockKernel {
  const sharedBytes = (stages: number) =>
    (ownTiles + 2 * stages) * TILE * (Math.ceil(size / 16) * 16 + 8) * HALF_BYTES + stages * TOKENS_BYTES
  const stages = sharedBytes(2) <= SHARED_BYTES ? 2 : 1
  const [q, k] = values as [Value, Value]
  const element = STORED_TYPES[q.dtype] as string
  const joined = q === k
  const [qWidth, kWidth] = joined
    ? [(heads + 2 * keyHeads) * size, (heads + 2 * keyHeads) * size]
    : [heads * size, keyHeads * size]
  const offsets = joined ? [0, heads * size, (heads + keyHeads) * size] : [0, 0, 0]
  const random = p > 0 ? [`in${values.length - 2}`, `in${values.length - 1}`] : ['0', '0']
  const numbers = ['s0', qWidth, kWidth, heads * size, `${scale.toPrecision(9)}f`, `${(1 / (1 - p)).toPrecision(9)}f`]
  const inputs = `AttentionInputs<${element}>{${[...offsets.map((offset, index) => `in${index} + ${offset}`), 'in3', 'in4', ...random, ...numbers].join(', ')}}`
  const types = `<AttentionPlan<${size}, ${heads}, ${keyHeads}, ${window}, ${p > 0}, ${dropoutThreshold(p)}, ${stages}>>`
  return {
    library: tensorCores + attentionLibrary,
    body: call(types, inputs, `(${element}*)memory`),
    sizes: [
      { input: SEGMENTS, axis: 1 },
      { input: SEGMENTS, axis: 0 },
    ],
    threads: THREADS,
    sharedBytes: sharedBytes(stages),
    blocks,
  }
}

/** Their place among the inputs. */
const SEGMENTS = 4
