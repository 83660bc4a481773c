import { float32ToFloat16 } from '../../checkpoints/float-bits.ts'
import { blockType, half, SMALL } from './type.ts'

const BYTES = 18
const HALF = SMALL / 2

/** d, 32 nibbles q: d (q - 8). The second half of the numbers is in the upper nibbles. */
export const q4_0 = blockType({
  name: 'Q4_0',
  id: 2,
  blockSize: SMALL,
  blockBytes: BYTES,
  dequantizeBlock({ view, at, out, to }) {
    const d = half(view, at)
    for (let j = 0; j < HALF; j++) {
      const byte = view.getUint8(at + 2 + j)
      out[to + j] = ((byte & 15) - 8) * d
      out[to + j + HALF] = ((byte >> 4) - 8) * d
    }
  },
  // d = m / -8 with m of the largest magnitude;  q = ⌊x / d + 8.5⌋, at most 15
  quantize(x) {
    const view = new DataView(new ArrayBuffer((x.length / SMALL) * BYTES))
    for (let first = 0, at = 0; first < x.length; first += SMALL, at += BYTES) {
      const d = Math.fround(extreme(x, first) / -8)
      const inverse = d ? Math.fround(1 / d) : 0
      view.setUint16(at, float32ToFloat16(d), true)
      for (let j = 0; j < HALF; j++)
        view.setUint8(at + 2 + j, nibble(x[first + j]!, inverse) | (nibble(x[first + j + HALF]!, inverse) << 4))
    }
    return new Uint8Array(view.buffer)
  },
})

/** The first number of the largest magnitude. */
function extreme(x: Float32Array, first: number): number {
  let found = 0
  for (let j = 0; j < SMALL; j++) if (Math.abs(x[first + j]!) > Math.abs(found)) found = x[first + j]!
  return found
}

// Beyond integers, where 1 / d overflows, C's conversion gives 0 as ours does.
const nibble = (x: number, inverse: number): number => {
  const q = Math.fround(Math.fround(x * inverse) + 8.5) | 0
  return Math.min(15, (q << 24) >> 24)
}
