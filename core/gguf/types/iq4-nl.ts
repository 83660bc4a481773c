import { blockType, half, SMALL } from './type.ts'

/** What the 16 nibbles of IQ4_NL and IQ4_XS stand for. */
export const NONLINEAR = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const
const HALF = SMALL / 2

/** d, 32 nibbles q: d level(q). */
export const iq4_nl = blockType({
  name: 'IQ4_NL',
  id: 20,
  blockSize: SMALL,
  blockBytes: 18,
  dequantizeBlock({ view, at, out, to }) {
    const d = half(view, at)
    for (let j = 0; j < HALF; j++) {
      const byte = view.getUint8(at + 2 + j)
      out[to + j] = d * NONLINEAR[byte & 15]!
      out[to + j + HALF] = d * NONLINEAR[byte >> 4]!
    }
  },
})
