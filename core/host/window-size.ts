import { z } from 'zod'
import { defineStored } from '../files/stored.ts'

const MIN = { width: 900, height: 600 }
const MAX_PX = 16_000

export const windowFile = defineStored({
  name: 'window.json',
  schema: z.object({ width: z.number().int().max(MAX_PX), height: z.number().int().max(MAX_PX) }),
  migrations: [],
  maxBytes: 10_000,
  later: 'read',
})

/**
 * A window's size and its least, in pixels, from the text of window.json; the usual one where that is missing or
 * damaged.
 */
export function parseWindowSize(text: string): {
  readonly width: number
  readonly height: number
  readonly minWidth: number
  readonly minHeight: number
} {
  const { width, height } = windowFile.tryParse(text) ?? { width: 1280, height: 800 }
  return {
    width: Math.max(MIN.width, width),
    height: Math.max(MIN.height, height),
    minWidth: MIN.width,
    minHeight: MIN.height,
  }
}
