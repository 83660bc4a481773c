import { UserError } from '../contract/errors.ts'
import type { Architecture, ModelSource } from './architecture.ts'

/** The module that everything but the output layer belongs to: `model`, `transformer`, `model.language_model`. */
const baseOf = ({ embedding }: Pick<Architecture, 'embedding'>): string => embedding.split('.').slice(0, -2).join('.')

/** Where models of text and images keep their model of text (core/models/wrapped.ts). */
export const TEXT_MODEL = 'model.language_model'

/** The names that published models of text and images have for it, or had before transformers 4.52. */
const asTextModel = (name: string): string =>
  name.replace(/^language_model\.lm_head\./, 'lm_head.').replace(/^language_model\.(model\.)?/, `${TEXT_MODEL}.`)

const textModelOf = <T>(tensors: ReadonlyMap<string, T>, outputLayers: readonly string[]): Map<string, T> =>
  new Map(
    [...tensors]
      .map(([name, tensor]) => [asTextModel(name), tensor] as const)
      .filter(([name]) => name.startsWith(`${TEXT_MODEL}.`) || outputLayers.includes(name)),
  )

/**
 * A checkpoint's tensors under the names that the architecture has for them. Checkpoints of the module without its
 * output layer lack the name of that module. A tied table may lie there under the output layer's name only, or under
 * both; `untied`: both are there and differ. What belongs to images is left out.
 */
export function namedAs<T>(
  tensors: ReadonlyMap<string, T>,
  architecture: Pick<Architecture, 'embedding' | 'outputLayers' | 'tied'>,
  { untied = false } = {},
): Map<string, T> {
  const { embedding, outputLayers, tied } = architecture
  const base = baseOf(architecture)
  const named = base === TEXT_MODEL ? textModelOf(tensors, outputLayers) : tensors
  const lacksBase = !named.has(embedding) && named.has(embedding.slice(base.length + 1))
  const all = new Map(
    [...named].map(([name, tensor]) => [lacksBase && !outputLayers.includes(name) ? `${base}.${name}` : name, tensor]),
  )
  const head = tied && !untied ? outputLayers.find((name) => all.has(name)) : undefined
  if (head === undefined) return all
  const table = all.get(embedding) ?? (all.get(head) as T)
  all.delete(head)
  return all.set(embedding, table)
}

/**
 * Checks that a checkpoint holds the tables and matrices of its architecture, without building a program. Throws
 * UserError `model/weight-missing` or `model/weight`.
 */
export function checkMatrices({ architecture, weights }: ModelSource): void {
  const { embedding, head, linears, vocabularySize, width } = architecture
  const table = [vocabularySize, width]
  const wanted: readonly (readonly [name: string, shape: readonly number[]])[] = [
    [embedding, table],
    [head((name) => weights.has(name)), table],
    ...linears.map(
      ({ path, inSize, outSize, transposed }) =>
        [`${path}.weight`, transposed ? [inSize, outSize] : [outSize, inSize]] as const,
    ),
  ]
  for (const [weight, shape] of wanted) {
    const entry = weights.get(weight)
    if (!entry) throw new UserError('model/weight-missing', { weight })
    if (entry.shape.join() !== shape.join())
      throw new UserError('model/weight', { weight, expected: shape.join('×'), found: entry.shape.join('×') })
  }
}
