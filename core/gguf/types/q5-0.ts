import { blockType, half, SMALL } from './type.ts'

const HALF = SMALL / 2

/** d, the fifth bits of 32 numbers, their nibbles: d (q - 16). */
export const q5_0 = blockType({
  name: 'Q5_0',
  id: 6,
  blockSize: SMALL,
  blockBytes: 22,
  dequantizeBlock({ view, at, out, to }) {
    const d = half(view, at)
    const high = view.getUint32(at + 2, true)
    for (let j = 0; j < HALF; j++) {
      const byte = view.getUint8(at + 6 + j)
      out[to + j] = (((byte & 15) | (((high >>> j) & 1) << 4)) - 16) * d
      out[to + j + HALF] = (((byte >> 4) | (((high >>> (j + HALF)) & 1) << 4)) - 16) * d
    }
  },
})
