import { uint32, type GgufValue } from '../values.ts'
import { type DescribedModel } from './family.ts'

/**
 * The context of a model with windows of attention that llama.cpp's architecture has none of: texts that fit into the
 * window see the same with and without it.
 */
export const contextInWindow = (
  { architecture }: DescribedModel,
  window: number | null,
): Record<string, GgufValue> => ({
  context_length: uint32(window === null ? architecture.contextLength : Math.min(architecture.contextLength, window)),
})

/** The window of Mistral and Phi-3: config.json's number, by default `byDefault`; null for none. */
export function windowOf({ config }: DescribedModel, byDefault: number | null): number | null {
  const found = config['sliding_window']
  return typeof found === 'number' ? found : found === null ? null : byDefault
}

/** Qwen's: only where it is switched on. */
export const qwenWindow = (model: DescribedModel): number | null =>
  model.config['use_sliding_window'] === true ? windowOf(model, 4096) : null

/** Which layers attend to a window, where config.json says it by layer; null where it does not. */
export function slidingLayers({ config }: DescribedModel): boolean[] | null {
  const kinds = config['layer_types']
  return Array.isArray(kinds) ? kinds.map((kind) => kind === 'sliding_attention') : null
}
