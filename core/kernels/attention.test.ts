import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../graph/autodiff.ts'
import { attention, cast, mul, reduceSum } from '../graph/ops/index.ts'
import { Builder } from '../graph/builder.ts'
import { fuseKernels } from '../graph/kernels/index.ts'
import { dropoutThreshold } from '../graph/ops/dropout-mask.ts'
import { openProgram } from './run-program.ts'
import { openRuntime } from '../runtime/index.ts'
import { hasHostCompiler, hostOps } from './testing/host-ops.ts'

interface Case {
  readonly B: number
  readonly T: number
  readonly heads: number
  readonly keyHeads: number
  readonly headSize: number
  readonly window: number
  readonly p: number
  /** Lengths of the texts that each sequence is packed of; padding behind them. */
  readonly lengths: readonly number[]
  /** q, k and v side by side in one value. */
  readonly joined: boolean
}

const cases: Readonly<Record<string, Case>> = {
  'several tiles, one text': {
    B: 1,
    T: 150,
    heads: 2,
    keyHeads: 2,
    headSize: 16,
    window: 0,
    p: 0,
    lengths: [150],
    joined: true,
  },
  'packed texts, padding, dropout, shared keys': {
    B: 2,
    T: 140,
    heads: 4,
    keyHeads: 2,
    headSize: 24,
    window: 0,
    p: 0.2,
    lengths: [30, 70, 25],
    joined: true,
  },
  'a window, values apart': {
    B: 1,
    T: 200,
    heads: 2,
    keyHeads: 1,
    headSize: 32,
    window: 20,
    p: 0,
    lengths: [128, 72],
    joined: false,
  },
  'a head as large as can be': {
    B: 1,
    T: 70,
    heads: 1,
    keyHeads: 1,
    headSize: 128,
    window: 0,
    p: 0.1,
    lengths: [70],
    joined: true,
  },
}

const noise = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, index) => Math.fround(Math.sin(index * 12.9898 + seed * 78.233) * 1.2))
const odd = (count: number, seed: number) =>
  Int32Array.from({ length: count }, (_, index) => (Math.imul(index + seed, 0x9e3779b1) ^ (seed << 9)) | 1)

/** Softmax attention and its gradient as in a textbook, in float64; `d` is the gradient of the output. */
function textbook(
  { B, T, heads, keyHeads, headSize: D, window, p }: Case,
  {
    q,
    k,
    v,
    d,
    segments,
    positions,
    rows,
    columns,
  }: Record<'q' | 'k' | 'v' | 'd', Float32Array> & Record<'segments' | 'positions' | 'rows' | 'columns', Int32Array>,
) {
  const out = new Float64Array(q.length)
  const [dq, dk, dv] = [new Float64Array(q.length), new Float64Array(k.length), new Float64Array(v.length)]
  for (let b = 0; b < B; b++)
    for (let h = 0; h < heads; h++)
      for (let t = 0; t < T; t++) {
        const kh = Math.floor(h / (heads / keyHeads))
        const atQ = ((b * T + t) * heads + h) * D
        const atK = (s: number) => ((b * T + s) * keyHeads + kh) * D
        const dot = (x: Float32Array, i: number, y: Float32Array, j: number) =>
          Array.from({ length: D }, (_, c) => x[i + c]! * y[j + c]!).reduce((sum, value) => sum + value, 0)
        const seen = Array.from({ length: T }, (_, s) => s).filter((s) => {
          const [own, other] = [b * T + t, b * T + s]
          return (
            segments[own] === segments[other] &&
            positions[own]! >= positions[other]! &&
            (window === 0 || positions[own]! < positions[other]! + window) &&
            s <= t
          )
        })
        const scores = seen.map((s) => dot(q, atQ, k, atK(s)) * D ** -0.5)
        const most = Math.max(...scores)
        const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0)
        const kept = seen.map((s) =>
          Math.imul(rows[(b * heads + h) * T + t]!, columns[s]!) >= dropoutThreshold(p) ? 1 / (1 - p) : 0,
        )
        const probabilities = scores.map((score) => Math.exp(score - most) / sum)
        seen.forEach((s, i) => {
          for (let c = 0; c < D; c++) out[atQ + c]! += probabilities[i]! * kept[i]! * v[atK(s) + c]!
        })
        const dP = seen.map((s, i) => kept[i]! * dot(d, atQ, v, atK(s)))
        const mean = dP.reduce((total, value, i) => total + value * probabilities[i]!, 0)
        seen.forEach((s, i) => {
          const dS = probabilities[i]! * (dP[i]! - mean) * D ** -0.5
          for (let c = 0; c < D; c++) {
            dq[atQ + c]! += dS * k[atK(s) + c]!
            dk[atK(s) + c]! += dS * q[atQ + c]!
            dv[atK(s) + c]! += probabilities[i]! * kept[i]! * d[atQ + c]!
          }
        })
      }
  return { out, dq, dk, dv }
}

const distance = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
  Math.hypot(...Array.from(found, (value, index) => value - wanted[index]!)) / Math.hypot(...Array.from(wanted))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-attention-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.skipIf(!hasHostCompiler())('attention in one kernel, run on the processor', { timeout: 60_000 }, () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    const one = cases[name]!
    const { B, T, heads, keyHeads, headSize: D, window, p, lengths, joined } = one
    const N = B * T
    const b = new Builder()
    const widths = [heads * D, keyHeads * D, keyHeads * D] as const
    const total = widths[0] + widths[1] + widths[2]
    const parts = joined
      ? [b.input('x', 'float32', ['N', total])]
      : (['q', 'k', 'v'] as const).map((part, index) => b.input(part, 'float32', ['N', widths[index]!]))
    const narrow = parts.map((part) => cast(part, 'float16'))
    const random = p > 0 ? [b.input('rows', 'int32', ['R', 1]), b.input('columns', 'int32', ['T'])] : []
    const [out] = attention(
      [
        ...(joined ? [narrow[0]!, narrow[0]!, narrow[0]!] : narrow),
        b.input('positions', 'int64', ['B', 'T']),
        b.input('segments', 'int32', ['B', 'T']),
        ...random,
      ],
      { heads, keyHeads, headSize: D, scale: D ** -0.5, window, p },
    )
    const wide = cast(out, 'float32')
    b.output('out', wide)
    const loss = reduceSum(reduceSum(mul(wide, b.input('d', 'float32', ['N', widths[0]])), [1], false), [0], false)
    gradients(loss, parts).forEach((d, index) => b.output(`d${index}`, d))
    const fused = fuseKernels(b.build())

    const rounded = (values: Float32Array) => values.map((value) => Math.round(value * 64) / 64)
    const [q, k, v, d] = [
      rounded(noise(N * widths[0], 1)),
      rounded(noise(N * widths[1], 2)),
      rounded(noise(N * widths[2], 3)),
      rounded(noise(N * widths[0], 4)),
    ]
    const segments = new Int32Array(N).fill(-1)
    const positions = new Int32Array(N)
    for (let row = 0; row < B; row++) {
      let t = row * T
      lengths.forEach((length, segment) => {
        for (let position = 0; position < length; position++, t++) [segments[t], positions[t]] = [segment, position]
      })
      for (; t < (row + 1) * T; t++) d.fill(0, t * widths[0], (t + 1) * widths[0])
    }
    const [rows, columns] = [odd(B * heads * T, 5), odd(T, 6)]
    const x = new Float32Array(N * total)
    for (let n = 0; n < N; n++)
      [q, k, v].forEach((part, index) =>
        x.set(
          part.subarray(n * widths[index]!, (n + 1) * widths[index]!),
          n * total + widths.slice(0, index).reduce((sum, width) => sum + width, 0),
        ),
      )
    const opened = await openProgram(
      openRuntime().device('cpu'),
      fused.graph,
      { N, B, T, R: B * heads * T },
      { customOps: hostOps(fused.kernels, folder) },
    )
    const found = await opened.run({
      x,
      q,
      k,
      v,
      d,
      segments,
      positions: BigInt64Array.from(positions, BigInt),
      rows,
      columns,
    })
    opened.dispose()

    const wanted = textbook(one, { q, k, v, d, segments, positions, rows, columns })
    const real = (values: ArrayLike<number>, width: number) =>
      Array.from(values).filter((_, index) => segments[Math.floor(index / width)] !== -1)
    expect(distance(real(found['out'] as Float32Array, widths[0]), real(wanted.out, widths[0]))).toBeLessThan(2e-3)
    const cut = (index: number) =>
      joined
        ? Array.from({ length: N }, (_, n) =>
            Array.from(
              (found['d0'] as Float32Array)
                .subarray(n * total + widths.slice(0, index).reduce((sum, width) => sum + width, 0))
                .subarray(0, widths[index]),
            ),
          ).flat()
        : (found[`d${index}`] as Float32Array)
    ;[wanted.dq, wanted.dk, wanted.dv].forEach((gradient, index) =>
      expect(distance(real(cut(index), widths[index]!), real(gradient, widths[index]!))).toBeLessThan(3e-3),
    )
  })
})
