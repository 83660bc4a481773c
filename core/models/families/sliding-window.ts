import { z } from 'zod'
import { entry, only } from '../config.ts'

/** The kinds of attention that config.json may name by layer. */
export const layerKinds = z.array(z.enum(['full_attention', 'sliding_attention']))

/** How config.json says which layers attend to a window only. */
export const WindowFields = z.object({
  sliding_window: z.number().nullable().default(4096),
  use_sliding_window: entry(z.boolean(), false),
  max_window_layers: entry(z.number(), 28),
  layer_types: layerKinds.nullish(),
  use_mrope: only(false),
  mlp_bias: only(false),
})

/** Qwen's rule: how many recent tokens a layer attends to, itself included; undefined is all. */
export function windowOf(
  {
    sliding_window: window,
    use_sliding_window: used,
    max_window_layers: first,
    layer_types: types,
  }: z.infer<typeof WindowFields>,
  layer: number,
): number | undefined {
  const slides = types ? types[layer] === 'sliding_attention' : layer >= first
  return used && slides ? (window ?? undefined) : undefined
}
