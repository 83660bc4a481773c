import { scaleAndMinimum } from './k-scales.ts'
import { blockType, half, LARGE } from './type.ts'

const [SCALES, HIGH, QUANTS] = [4, 16, 48]

/** d, m, 8 scales and minima, the fifth bits of 256 numbers, their nibbles: d scale q - m minimum. */
export const q5_k = blockType({
  name: 'Q5_K',
  id: 13,
  blockSize: LARGE,
  blockBytes: 176,
  dequantizeBlock({ view, at, out, to }) {
    const [d, m] = [half(view, at), half(view, at + 2)]
    for (let group = 0; group < 8; group++) {
      const [scale, minimum] = scaleAndMinimum(view, at + SCALES, group)
      const [dl, ml] = [Math.fround(d * scale), Math.fround(m * minimum)]
      const bytes = at + QUANTS + (group >> 1) * 32
      for (let l = 0; l < 32; l++) {
        const low = (view.getUint8(bytes + l) >> ((group & 1) * 4)) & 15
        const high = (view.getUint8(at + HIGH + l) >> group) & 1
        out[to + group * 32 + l] = Math.fround(dl * (low + 16 * high)) - ml
      }
    }
  },
})
