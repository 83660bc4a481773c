import { UserError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { readRegularFile } from './regular-file.ts'

/**
 * Levels of nesting: a tokenizer.json has 8. What walks a value later, by calling itself, stays far from the end of its
 * stack.
 */
const MAX_DEPTH = 64
/** Of files for which no other limit is given. */
const MAX_BYTES = 16_000_000

export interface JsonFile {
  /** The code of a file that is not there; 'file/not-found' unless given. */
  readonly missing?: ErrorCode
  readonly maxBytes?: number
}

/**
 * Returns the object in a JSON file.
 * Throws UserError `missing` {file} where there is no file, 'checkpoint/json-invalid' {file} where it holds no JSON
 * object, 'file/too-large' or 'file/too-deep' beyond the limits, 'file/not-regular' or 'file/unreadable' otherwise.
 */
export async function readJsonObject(
  file: string,
  { missing = 'file/not-found', maxBytes = MAX_BYTES }: JsonFile = {},
): Promise<Record<string, unknown>> {
  const bytes = await readRegularFile(file, { maxBytes, missing })
  if (depthOf(bytes) > MAX_DEPTH) throw new UserError('file/too-deep', { file, max: MAX_DEPTH })
  const value = parseJson(bytes.toString('utf8'))
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError('checkpoint/json-invalid', { file })
  return value as Record<string, unknown>
}

const [QUOTE, BACKSLASH, OPENS, CLOSES] = [0x22, 0x5c, [0x5b, 0x7b], [0x5d, 0x7d]] as const

/** How deep the arrays and objects of a JSON text nest, looked at byte by byte before it is parsed. */
export function depthOf(bytes: Uint8Array): number {
  let [depth, deepest, inText] = [0, 0, false]
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) inText = !inText
    else if (inText) i += byte === BACKSLASH ? 1 : 0
    else if (byte === OPENS[0] || byte === OPENS[1]) deepest = Math.max(deepest, ++depth)
    else if (byte === CLOSES[0] || byte === CLOSES[1]) depth--
  }
  return deepest
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
