import { expect, it } from 'vitest'
import {
  bfloat16ToFloat32Array,
  float16ToFloat32,
  float16ToFloat32Array,
  float32ToFloat16,
  float32ToFloat16Array,
} from './float-bits.ts'

it('reads float16: zero, subnormal, normal, the largest, infinity, NaN', () => {
  const float16s = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x7c00, 0xfc00, 0x7e00]
  const values = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 0.333251953125, 65504, Infinity, -Infinity, NaN]
  expect(float16s.map(float16ToFloat32)).toEqual(values)
  expect([...float16ToFloat32Array(Uint16Array.from(float16s))]).toEqual(values)
})

it('turns every half into float32 and back unchanged', () => {
  const changed = Array.from({ length: 65536 }, (_, half) => half).filter(
    (half) => !Number.isNaN(float16ToFloat32(half)) && float32ToFloat16(float16ToFloat32(half)) !== half,
  )
  expect(changed).toEqual([])
})

it('rounds to the nearest half, ties to even', () => {
  const cases = [
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [2 ** -25, 0],
    [1.5 * 2 ** -25, 1],
    [2047.75 * 2 ** -25, 0x400],
  ] as const
  expect(cases.map(([value]) => float32ToFloat16(value))).toEqual(cases.map(([, half]) => half))
})

it('rounds arrays as it rounds single numbers', () => {
  // Every exponent and sign, with fractions around the middle between two halves.
  const fractions = [0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x2fff, 0x3000, 0x3001, 0x400000, 0x7fefff, 0x7fffff]
  const words = Array.from({ length: 512 }, (_, top) =>
    fractions.map((fraction) => ((top << 23) | fraction) >>> 0),
  ).flat()
  const numbers = new Float32Array(Uint32Array.from(words).buffer)
  const single = Array.from(numbers, float32ToFloat16)
  // A NaN has no sign once JavaScript has seen it.
  const isNumber = (_: number, index: number): boolean => !Number.isNaN(numbers[index])
  expect(Array.from(float32ToFloat16Array(numbers)).filter(isNumber)).toEqual(single.filter(isNumber))
  expect(Number.isNaN(float16ToFloat32(float32ToFloat16Array(Float32Array.of(NaN))[0]!))).toBe(true)
})

it('widens bfloat16 by its upper 16 bits', () => {
  expect([...bfloat16ToFloat32Array(Uint16Array.from([0x3f80, 0xbf00, 0x4049, 0x7f80]))]).toEqual([
    1,
    -0.5,
    3.140625,
    Infinity,
  ])
})
