import { NONLINEAR } from './iq4-nl.ts'
import { blockType, half, LARGE } from './type.ts'

const [HIGH, LOW, QUANTS] = [2, 4, 8]

/** d, 8 scales of 6 bits, 256 nibbles q: d (scale - 32) level(q). */
export const iq4_xs = blockType({
  name: 'IQ4_XS',
  id: 23,
  blockSize: LARGE,
  blockBytes: 136,
  dequantizeBlock({ view, at, out, to }) {
    const d = half(view, at)
    const high = view.getUint16(at + HIGH, true)
    for (let group = 0; group < 8; group++) {
      const low = (view.getUint8(at + LOW + (group >> 1)) >> (4 * (group & 1))) & 15
      const dl = Math.fround(d * ((low | (((high >> (2 * group)) & 3) << 4)) - 32))
      for (let j = 0; j < 16; j++) {
        const byte = view.getUint8(at + QUANTS + group * 16 + j)
        out[to + group * 32 + j] = dl * NONLINEAR[byte & 15]!
        out[to + group * 32 + j + 16] = dl * NONLINEAR[byte >> 4]!
      }
    }
  },
})
