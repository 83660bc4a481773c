import type { Branch, Layer } from './block.ts'
import { add } from '../../graph/ops/index.ts'

const join = ({ linears, dropoutSites }: Branch, other: Branch): Pick<Layer, 'linears' | 'dropoutSites'> => ({
  linears: [...linears, ...other.linears],
  dropoutSites: dropoutSites + other.dropoutSites,
})

/** y = x + mix(x), then y + feed(y). `mix` is the branch that mixes tokens. */
export const sequential = (mix: Branch, feed: Branch): Layer => ({
  ...join(mix, feed),
  apply(c, x, at) {
    const mixed = mix.apply(c, x, at)
    const y = add(at.select(x), mixed)
    return add(y, feed.apply(c, y, at))
  },
})

/** x + mix(x) + feed(x)  (GPT-J, Wang and Komatsuzaki 2021) */
export const parallel = (mix: Branch, feed: Branch): Layer => ({
  ...join(mix, feed),
  apply(c, x, at) {
    const mixed = mix.apply(c, x, at)
    const kept = at.select(x)
    return add(add(kept, mixed), feed.apply(c, kept, at))
  },
})

/** A share p of what the branch gives is dropped while training. */
export const dropped = (branch: Branch, p: number): Branch => ({
  ...branch,
  dropoutSites: branch.dropoutSites + Number(p > 0),
  apply: (c, x, at) => c.dropout(branch.apply(c, x, at), p),
})
