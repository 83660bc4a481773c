import { scaleAndMinimum } from './k-scales.ts'
import { blockType, half, LARGE } from './type.ts'

const [SCALES, QUANTS] = [4, 16]

/** d, m, 8 scales and minima, 256 nibbles q: d scale q - m minimum. */
export const q4_k = blockType({
  name: 'Q4_K',
  id: 12,
  blockSize: LARGE,
  blockBytes: 144,
  dequantizeBlock({ view, at, out, to }) {
    const [d, m] = [half(view, at), half(view, at + 2)]
    for (let group = 0; group < 8; group++) {
      const [scale, minimum] = scaleAndMinimum(view, at + SCALES, group)
      const [dl, ml] = [Math.fround(d * scale), Math.fround(m * minimum)]
      const bytes = at + QUANTS + (group >> 1) * 32
      for (let l = 0; l < 32; l++)
        out[to + group * 32 + l] = Math.fround(dl * ((view.getUint8(bytes + l) >> ((group & 1) * 4)) & 15)) - ml
    }
  },
})
