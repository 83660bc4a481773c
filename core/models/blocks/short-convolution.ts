import type { Value } from '../../graph/ir.ts'
import { mul, reshape, split } from '../../graph/ops/index.ts'
import type { LinearSpec } from '../lora.ts'
import { keptWhole, type Block } from './block.ts'

interface ConvolutionParts {
  /** Gives the gate before, the gate after and the value side by side. */
  readonly input: LinearSpec
  readonly output: LinearSpec
  /** Name of the depthwise weight [width, 1, kernel]. */
  readonly weight: string
  readonly width: number
  readonly kernel: number
}

/** O (c · conv(b · v)) with b, c and v side by side in I x  (LFM2, Liquid AI 2025) */
export const shortConvolution = ({ input, output, weight, width, kernel }: ConvolutionParts): Block => ({
  linears: [input, output],
  recomputable: keptWhole,
  apply(c, x, { index, select }) {
    const joined = c.linears(x, [input])[0]
    const [before, after, value] = split(joined, [width, width, width], 1) as [Value, Value, Value]
    const w = reshape(c.weight(weight, [width, 1, kernel]), [width, kernel])
    return c.linears(select(mul(after, c.convolution(index, mul(before, value), w))), [output])[0]
  },
})
