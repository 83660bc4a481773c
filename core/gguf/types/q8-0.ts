import { float32ToFloat16 } from '../../checkpoints/float-bits.ts'
import { blockType, half, SMALL } from './type.ts'

const BYTES = 34

/** d, 32 int8 q: d q. */
export const q8_0 = blockType({
  name: 'Q8_0',
  id: 8,
  blockSize: SMALL,
  blockBytes: BYTES,
  dequantizeBlock({ view, at, out, to }) {
    const d = half(view, at)
    for (let j = 0; j < SMALL; j++) out[to + j] = view.getInt8(at + 2 + j) * d
  },
  // d = max|x| / 127;  q = x / d, rounded to the nearest, halves away from zero
  quantize(x) {
    const out = new Uint8Array((x.length / SMALL) * BYTES)
    for (let first = 0, at = 0; first < x.length; first += SMALL, at += BYTES) {
      let largest = 0
      for (let j = first; j < first + SMALL; j++) {
        const magnitude = Math.abs(x[j]!)
        if (magnitude > largest) largest = magnitude
      }
      const d = Math.fround(largest / 127)
      const inverse = d ? Math.fround(1 / d) : 0
      const bits = float32ToFloat16(d)
      out[at] = bits
      out[at + 1] = bits >>> 8
      for (let j = 0; j < SMALL; j++) {
        const q = Math.fround(x[first + j]! * inverse)
        out[at + 2 + j] = (q < 0 ? q - 0.5 : q + 0.5) | 0
      }
    }
    return out
  },
})
