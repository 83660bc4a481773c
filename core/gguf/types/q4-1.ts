import { blockType, half, SMALL } from './type.ts'

const HALF = SMALL / 2

/** d, m, 32 nibbles q: d q + m. */
export const q4_1 = blockType({
  name: 'Q4_1',
  id: 3,
  blockSize: SMALL,
  blockBytes: 20,
  dequantizeBlock({ view, at, out, to }) {
    const [d, m] = [half(view, at), half(view, at + 2)]
    for (let j = 0; j < HALF; j++) {
      const byte = view.getUint8(at + 4 + j)
      out[to + j] = Math.fround((byte & 15) * d) + m
      out[to + j + HALF] = Math.fround((byte >> 4) * d) + m
    }
  },
})
