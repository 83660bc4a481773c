import { expect, it } from 'vitest'
import type { z } from 'zod'
import { contracts } from './index.ts'

type Schema = z.core.$ZodType

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && '_zod' in value

/** A schema and all that it is made of. */
function schemasIn(schema: Schema, seen = new Set<Schema>()): Set<Schema> {
  if (seen.has(schema)) return seen
  seen.add(schema)
  const below = (value: unknown): Schema[] => {
    if (isSchema(value)) return [value]
    return typeof value === 'object' && value !== null && !(value instanceof RegExp)
      ? Object.values(value).flatMap(below)
      : []
  }
  const { checks: _, ...parts } = schema._zod.def as unknown as Record<string, unknown>
  for (const part of below(parts)) schemasIn(part, seen)
  return seen
}

/** More than any call needs. */
const many = 600_000
const manyKeys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`a${index}`, null]))

function isBounded(schema: Schema): boolean {
  const { type } = schema._zod.def as { type: string }
  // Nulls as elements: only a size that is looked at first tells of the size.
  if (type === 'array')
    return (schema as z.ZodType).safeParse(Array(many).fill(null)).error?.issues[0]?.code === 'too_big'
  if (type === 'record') return !(schema as z.ZodType).safeParse(manyKeys).success
  return !['set', 'map', 'lazy'].includes(type)
}

const calls = Object.entries(contracts).flatMap(([feature, { calls }]) =>
  Object.entries(calls).map(([name, { input }]) => [`${feature}.${name}`, input as Schema] as const),
)

it.each(calls)('%s takes no list and no record without a bound', (_, input) => {
  expect([...schemasIn(input)].filter((schema) => !isBounded(schema)).map((schema) => schema._zod.def)).toEqual([])
})
