import { blockType, half, LARGE } from './type.ts'

const [HIGH, SCALES, D] = [128, 192, 208]

/** The lower four and the upper two bits of 256 numbers q, 16 int8 scales, d: d scale (q - 32). */
export const q6_k = blockType({
  name: 'Q6_K',
  id: 14,
  blockSize: LARGE,
  blockBytes: 210,
  dequantizeBlock({ view, at, out, to }) {
    const d = half(view, at + D)
    for (let quarter = 0; quarter < 8; quarter++) {
      // 128 numbers in four quarters: of 64 bytes' lower nibbles, then of their upper ones.
      const [side, part] = [quarter >> 2, quarter & 3]
      const low = at + side * 64 + (part & 1) * 32
      const high = at + HIGH + side * 32
      for (let l = 0; l < 32; l++) {
        const scale = view.getInt8(at + SCALES + side * 8 + part * 2 + (l >> 4))
        const nibble = (view.getUint8(low + l) >> ((part >> 1) * 4)) & 15
        const upper = (view.getUint8(high + l) >> (part * 2)) & 3
        out[to + quarter * 32 + l] = Math.fround(d * scale) * ((nibble | (upper << 4)) - 32)
      }
    }
  },
})
