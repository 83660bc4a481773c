import { UserError } from '../contract/errors.ts'
import type { MetadataReader } from './families/index.ts'
import type { GgufHeader } from './reader.ts'
import type { Scalar } from './values.ts'

/** A file's header, and the small tensors beside its weights by name. */
export interface OpenedGguf {
  readonly file: string
  readonly header: GgufHeader
  readonly small: ReadonlyMap<string, readonly number[]>
}

const missing = (file: string, key: string): UserError => new UserError('gguf/metadata', { file, key })

/** The text of an entry; undefined where there is none. Throws UserError 'gguf/metadata' {file, key}. */
export function textEntry({ file, header }: OpenedGguf, key: string): string | undefined {
  const entry = header.metadata.get(key)
  if (entry === undefined) return undefined
  if (entry.type !== 'string') throw missing(file, key)
  return String(entry.value)
}

/** The id of an entry; undefined where there is none. Throws UserError 'gguf/metadata' {file, key}. */
export function idEntry(opened: OpenedGguf, key: string): number | undefined {
  const { file, header } = opened
  const entry = header.metadata.get(key)
  if (entry === undefined) return undefined
  if (entry.type === 'array' || !Number.isSafeInteger(entry.value) || Number(entry.value) < 0) throw missing(file, key)
  return Number(entry.value)
}

/** A list of an entry; undefined where there is none. Throws UserError 'gguf/metadata' {file, key}. */
export function listEntry<T extends Scalar>(
  { file, header }: OpenedGguf,
  key: string,
  type: 'string' | 'number',
): readonly T[] | undefined {
  const entry = header.metadata.get(key)
  if (entry === undefined) return undefined
  if (entry.type !== 'array' || (entry.of === 'string') !== (type === 'string') || entry.of === 'bool')
    throw missing(file, key)
  return entry.values as readonly T[]
}

/** The decimal number that a float32 was written for: 1e-6, not 9.999999974752427e-7. */
function shortest(value: number): number {
  const short = Number(value.toPrecision(FLOAT32_DIGITS))
  return Math.fround(short) === value ? short : value
}
const FLOAT32_DIGITS = 7

/** What a family reads of the metadata of `architecture`. */
export function metadataReader(opened: OpenedGguf, architecture: string): MetadataReader {
  const { file, header, small } = opened
  const fail = (key: string): never => {
    throw missing(file, `${architecture}.${key}`)
  }
  const numbersOf = (key: string): number[] | undefined => {
    const entry = header.metadata.get(`${architecture}.${key}`)
    if (entry === undefined) return undefined
    const values = entry.type === 'array' ? entry.values : [entry.value]
    const isSound = values.length > 0 && values.every((value) => typeof value === 'number' && Number.isFinite(value))
    return isSound ? values.map((value) => shortest(Number(value))) : fail(key)
  }
  return {
    number(key, byDefault) {
      const values = numbersOf(key) ?? (byDefault === undefined ? fail(key) : [byDefault])
      // One for each layer: only where they are all the same is it one number.
      return values.every((value) => value === values[0]) ? values[0]! : fail(key)
    },
    perLayer: (key) => numbersOf(key) ?? fail(key),
    flag(key, byDefault) {
      const entry = header.metadata.get(`${architecture}.${key}`)
      if (entry === undefined) return byDefault
      return entry.type === 'bool' ? entry.value === true : fail(key)
    },
    text: (key, byDefault) => textEntry(opened, `${architecture}.${key}`) ?? byDefault,
    hasTensor: (name) => header.tensors.has(name),
    values: (name) => small.get(name) ?? null,
    vocabularySize: header.tensors.get('token_embd.weight')?.shape[0] ?? fail('vocab_size'),
  }
}
