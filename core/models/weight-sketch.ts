import type { Architecture } from './architecture.ts'
import type { ModelContext, WeightEntry } from './context.ts'
import { logitsProgram } from './programs.ts'

/**
 * The weights that a model has by its config.json alone, with their shapes: names as `usedWeights` gives them, in the
 * order of their use. A tied output layer is the embedding table, once.
 */
export function sketchWeights(architecture: Architecture): Map<string, readonly number[]> {
  const weights = new Map<string, WeightEntry>()
  const note = (name: string, shape: readonly number[]) =>
    void weights.set(name, { dtype: 'float32', shape, file: '', offset: 0, length: 0 })
  const { outputLayers, tied, vocabularySize, width } = architecture
  if (!tied && outputLayers[0] !== undefined) note(outputLayers[0], [vocabularySize, width])
  const forward = (c: ModelContext) => architecture.forward(noting(c, note))
  logitsProgram({ architecture: { ...architecture, forward }, weights }, null)
  return new Map([...weights].map(([name, { shape }]) => [name, shape]))
}

type Note = (name: string, shape: readonly number[]) => void

/** A context that tells of every weight before it is looked up. */
const noting = (c: ModelContext, note: Note): ModelContext => ({
  ...c,
  weight(name, shape, dtype) {
    note(name, shape)
    return c.weight(name, shape, dtype)
  },
  embed(table, rows, width) {
    note(table, [rows, width])
    return c.embed(table, rows, width)
  },
  embedPositions(table, rows, width) {
    note(table, [rows, width])
    return c.embedPositions(table, rows, width)
  },
  linears(x, specs) {
    for (const { path, inSize, outSize, bias, transposed } of specs) {
      note(`${path}.weight`, transposed ? [inSize, outSize] : [outSize, inSize])
      if (bias) note(`${path}.bias`, [outSize])
    }
    return c.linears(x, specs)
  },
})
