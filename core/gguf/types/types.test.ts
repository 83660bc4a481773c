import { describe, expect, it } from 'vitest'
import { dequantizedByGgml, noPlatformPackage, quantizedByGgml } from '../../llama-cpp/testing/ggml.ts'
import { randomUniform } from '../../random/rng.ts'
import { ggufTypes, typeOfId, type GgufType } from './index.ts'

const all: readonly GgufType[] = Object.values(ggufTypes)
const ROW = 512

/** Normal numbers, all zero, huge and tiny ones, subnormal ones, ties, and one number that is much larger. */
const rows: Readonly<Record<string, (random: () => number, index: number) => number>> = {
  normal: (random) => (random() + random() + random() - 1.5) * 0.05,
  zero: () => 0,
  'negative zero': () => -0,
  huge: (random) => (random() - 0.5) * 1e30,
  'largest halves': (random) => (random() - 0.5) * 131_008,
  tiny: (random) => (random() - 0.5) * 1e-30,
  subnormal: (random) => (random() - 0.5) * 1e-40,
  'smallest subnormal': (random) => Math.fround(1.4e-45) * Math.round(random() * 3 - 1),
  ties: (_, index) => ((index % 255) - 127) / 2,
  outlier: (random, index) => (index % 97 === 0 ? 90 : random() - 0.5),
  constant: () => -0.3,
}

function numbersFrom(seed: number): () => number {
  let index = 0
  return () => randomUniform(seed, 'shuffle', 0, index++)
}

function rowOf(kind: string, seed: number): Float32Array<ArrayBuffer> {
  const random = numbersFrom(seed)
  return Float32Array.from({ length: 4 * ROW }, (_, index) => rows[kind]!(random, index))
}

describe.skipIf(noPlatformPackage)('against llama.cpp', () => {
  const written = all.filter(({ quantize, name }) => quantize && name !== 'F32')

  it.each(written.flatMap((type) => Object.keys(rows).map((kind) => [type.name, kind, type] as const)))(
    '%s of %s numbers has the same bytes',
    (_, kind, type) => {
      const x = rowOf(kind, 7)
      expect(Buffer.from(type.quantize!(x))).toEqual(quantizedByGgml(type, x, ROW))
    },
  )

  it.each(all.filter(({ name }) => name !== 'F32').map((type) => [type.name, type] as const))(
    '%s means the same numbers',
    (_, type) => {
      for (const kind of Object.keys(rows)) {
        const bytes = quantizedByGgml(type, rowOf(kind, 11), ROW)
        expect(type.dequantize(bytes)).toEqual(dequantizedByGgml(type, bytes))
      }
    },
  )

  it.each(all.filter(({ name }) => name !== 'F32').map((type) => [type.name, type] as const))(
    '%s means the same numbers whatever its bytes are',
    (_, type) => {
      const random = numbersFrom(3)
      const bytes = Uint8Array.from({ length: 64 * type.blockBytes }, () => Math.floor(random() * 256))
      expect(type.dequantize(bytes)).toEqual(dequantizedByGgml(type, bytes))
    },
  )
})

describe('the list', () => {
  it('has each number once', () => {
    expect(all.map(({ id }) => typeOfId(id))).toEqual(all)
    expect(typeOfId(4)).toBeUndefined()
  })

  it('keeps float32 as it is', () => {
    const x = Float32Array.of(1, -2.5, 3e-40, 7e30)
    expect(ggufTypes.F32.dequantize(ggufTypes.F32.quantize!(x))).toEqual(x)
  })
})
