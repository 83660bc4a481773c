import { blockType, half, LARGE } from './type.ts'

const [QUANTS, SCALES, D] = [32, 96, 108]

/** The third bits of 256 numbers, their lower two, 16 scales of 6 bits, d: d (scale - 32) (q - 4). */
export const q3_k = blockType({
  name: 'Q3_K',
  id: 11,
  blockSize: LARGE,
  blockBytes: 110,
  dequantizeBlock({ view, at, out, to }) {
    const d = half(view, at + D)
    for (let group = 0; group < 16; group++) {
      const dl = Math.fround(d * (scaleOf(view, at + SCALES, group) - 32))
      const bytes = at + QUANTS + (group >> 3) * 32 + (group & 1) * 16
      const high = at + (group & 1) * 16
      const bit = 1 << (group >> 1)
      for (let l = 0; l < 16; l++) {
        const low = (view.getUint8(bytes + l) >> (group & 6)) & 3
        out[to + group * 16 + l] = dl * (low - (view.getUint8(high + l) & bit ? 0 : 4))
      }
    }
  },
})

/** The lower four bits lie in 8 bytes, the upper two in the 4 bytes after them. */
function scaleOf(view: DataView, at: number, group: number): number {
  const byte = view.getUint8(at + (group & 7))
  const low = group < 8 ? byte & 15 : byte >> 4
  const high = (view.getUint8(at + 8 + (group & 3)) >> (2 * (group >> 2))) & 3
  return low | (high << 4)
}
