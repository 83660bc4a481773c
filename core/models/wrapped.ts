import type { Architecture } from './architecture.ts'
import { TEXT_MODEL } from './checkpoint-names.ts'
import type { ModelContext } from './context.ts'
import type { LinearSpec } from './lora.ts'

const inside = (name: string): string => name.replace(/^model\./, `${TEXT_MODEL}.`)
const moved = (spec: LinearSpec): LinearSpec => ({ ...spec, path: inside(spec.path), reads: inside(spec.reads) })

/**
 * A model of text inside a model of text and images: the same, by the names that its parts have there, which are also
 * those of its adapters.
 */
export const wrapped = (text: Architecture): Architecture => ({
  ...text,
  linears: text.linears.map(moved),
  embedding: inside(text.embedding),
  head: (has) => inside(text.head((name) => has(inside(name)))),
  forward: (c) => text.forward(contextInside(c)),
})

const contextInside = (c: ModelContext): ModelContext => ({
  ...c,
  isTrained: (name) => c.isTrained(inside(name)),
  weight: (name, shape, dtype) => c.weight(inside(name), shape, dtype),
  embed: (table, rows, width) => c.embed(inside(table), rows, width),
  embedPositions: (table, rows, width) => c.embedPositions(inside(table), rows, width),
  linears: (x, specs) => c.linears(x, specs.map(moved) as unknown as typeof specs),
})
