import { activations, type Activation } from '../activations.ts'
import { mul } from '../../graph/ops/index.ts'
import type { LinearSpec } from '../lora.ts'
import type { Block } from './block.ts'
import type { GateUp, Projection } from './projection.ts'

const recomputable: Block['recomputable'] = (c, x, f) => c.feedForward(x, f)

interface GatedParts {
  readonly gateUp: Projection<GateUp>
  readonly down: LinearSpec
  readonly activation: Activation
}

/** D (act(G x) · U x)  (Shazeer 2020) */
export const gatedFeedForward = ({ gateUp, down, activation }: GatedParts): Block => ({
  linears: [...gateUp.linears, down],
  recomputable,
  apply(c, x) {
    const [gate, up] = gateUp.apply(c, x)
    return c.linears(mul(activations[activation](gate), up), [down])[0]
  },
})

interface PlainParts {
  readonly up: LinearSpec
  readonly down: LinearSpec
  readonly activation: Activation
}

/** D act(U x) */
export const feedForward = ({ up, down, activation }: PlainParts): Block => ({
  linears: [up, down],
  recomputable,
  apply(c, x) {
    const [wide] = c.linears(x, [up])
    return c.linears(activations[activation](wide), [down])[0]
  },
})
