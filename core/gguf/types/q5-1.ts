import { blockType, half, SMALL } from './type.ts'

const HALF = SMALL / 2

/** d, m, the fifth bits of 32 numbers, their nibbles: d q + m. */
export const q5_1 = blockType({
  name: 'Q5_1',
  id: 7,
  blockSize: SMALL,
  blockBytes: 24,
  dequantizeBlock({ view, at, out, to }) {
    const [d, m] = [half(view, at), half(view, at + 2)]
    const high = view.getUint32(at + 4, true)
    for (let j = 0; j < HALF; j++) {
      const byte = view.getUint8(at + 8 + j)
      out[to + j] = Math.fround(((byte & 15) | (((high >>> j) & 1) << 4)) * d) + m
      out[to + j + HALF] = Math.fround(((byte >> 4) | (((high >>> (j + HALF)) & 1) << 4)) * d) + m
    }
  },
})
