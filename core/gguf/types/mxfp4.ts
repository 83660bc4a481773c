import { blockType, SMALL } from './type.ts'

/** Twice the numbers of E2M1. */
const LEVELS = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const
const HALF = SMALL / 2

/** An exponent e, 32 nibbles q: 2^(e - 128) level(q). */
export const mxfp4 = blockType({
  name: 'MXFP4',
  id: 39,
  blockSize: SMALL,
  blockBytes: 17,
  dequantizeBlock({ view, at, out, to }) {
    const d = 2 ** (view.getUint8(at) - 128)
    for (let j = 0; j < HALF; j++) {
      const byte = view.getUint8(at + 1 + j)
      out[to + j] = LEVELS[byte & 15]! * d
      out[to + j + HALF] = LEVELS[byte >> 4]! * d
    }
  },
})
