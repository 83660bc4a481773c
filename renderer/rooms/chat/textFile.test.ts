// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { readTextFile } from './textFile.ts'

const file = (bytes: Uint8Array<ArrayBuffer> | string) => new File([bytes], '質問.txt')
const bytes = (...values: number[]) => new Uint8Array(values)

it('reads UTF-8, UTF-16 and Shift_JIS, with the line ends of Windows', async () => {
  expect(await readTextFile(file('質問\r\n二行目'))).toBe('質問\n二行目')
  expect(await readTextFile(file('\uFEFF質問'))).toBe('質問')
  expect(await readTextFile(file(bytes(0xff, 0xfe, 0x42, 0x30)))).toBe('あ')
  expect(await readTextFile(file(bytes(0xfe, 0xff, 0x30, 0x42)))).toBe('あ')
  expect(await readTextFile(file(bytes(0x8e, 0xbf, 0x96, 0xe2)))).toBe('質問')
})

it('refuses what is no text, and what is too large', async () => {
  expect(await readTextFile(file(bytes(0x89, 0x50, 0x4e, 0x47, 0, 1)))).toBeNull()
  expect(await readTextFile(file(bytes(0x80, 0xff, 0xff)))).toBeNull()
  expect(await readTextFile(file('あ'.repeat(400_000)))).toBeNull()
})
