import { expect, it } from 'vitest'
import { parseWindowSize } from './window-size.ts'

const sizeOf = (text: string) => {
  const { width, height } = parseWindowSize(text)
  return [width, height]
}

it.each([
  ['{"width":1500,"height":900}', [1500, 900]],
  ['{"width":10,"height":-5}', [900, 600]],
  ['{"width":1500,"height":900,"x":1}', [1500, 900]],
])('%s is a size', (text, size) => expect(sizeOf(text)).toEqual(size))

it.each([
  '',
  '{',
  'null',
  '[]',
  '{}',
  '{"width":"1500","height":900}',
  '{"width":1e9,"height":900}',
  '{"width":1500.5,"height":900}',
  '{"width":1e999,"height":900}',
  '{"width":1500}',
  '\0',
])('%j gives the usual size', (text) => expect(sizeOf(text)).toEqual([1280, 800]))
