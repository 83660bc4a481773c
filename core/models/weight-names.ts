import { logitsProgram, type ModelSource } from './programs.ts'

/** Names of the weights that a model's forward pass uses, in the order of their use. */
export function usedWeights(model: ModelSource): string[] {
  const names = new Set<string>()
  for (const { inputs } of logitsProgram(model, null).nodes)
    for (const { source } of inputs) if (source.kind === 'weight') names.add(source.name)
  return [...names]
}
