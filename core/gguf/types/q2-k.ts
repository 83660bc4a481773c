import { blockType, half, LARGE } from './type.ts'

const [QUANTS, D, MINIMUM] = [16, 80, 82]

/** 16 pairs of nibbles (scale, minimum), 256 times 2 bits q, d, m: d scale q - m minimum. */
export const q2_k = blockType({
  name: 'Q2_K',
  id: 10,
  blockSize: LARGE,
  blockBytes: 84,
  dequantizeBlock({ view, at, out, to }) {
    const [d, minimum] = [half(view, at + D), half(view, at + MINIMUM)]
    for (let group = 0; group < 16; group++) {
      const scales = view.getUint8(at + group)
      const dl = Math.fround(d * (scales & 15))
      const ml = Math.fround(minimum * (scales >> 4))
      // 128 numbers share 32 bytes: two groups for each pair of bits.
      const bytes = at + QUANTS + (group >> 3) * 32 + (group & 1) * 16
      const shift = (group & 6) as 0 | 2 | 4 | 6
      for (let l = 0; l < 16; l++)
        out[to + group * 16 + l] = Math.fround(dl * ((view.getUint8(bytes + l) >> shift) & 3)) - ml
    }
  },
})
