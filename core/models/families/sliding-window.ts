import { z } from 'zod'

/** How config.json says which layers attend to a window only. */
export const WindowFields = z.object({
  sliding_window: z.number().nullish(),
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.number().default(0),
  layer_types: z.array(z.string()).nullish(),
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
