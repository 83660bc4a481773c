import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import type { Family } from '../architecture.ts'
import { entry, only, readConfig, shown } from '../config.ts'
import { LlamaFields, llamaDecoder, preNorm } from './llama-layers.ts'
import { layerKinds } from './sliding-window.ts'

const Config = LlamaFields.extend({
  vocab_size: entry(z.number(), 32_000),
  hidden_size: entry(z.number(), 4096),
  intermediate_size: entry(z.number(), 14_336),
  num_hidden_layers: entry(z.number(), 32),
  num_attention_heads: entry(z.number(), 32),
  num_key_value_heads: z.number().nullable().default(8),
  max_position_embeddings: entry(z.number(), 131_072),
  sliding_window: z.number().nullable().default(4096),
  layer_types: layerKinds.nullish(),
  attention_bias: only(false),
  mlp_bias: only(false),
})

/** Mistral (Jiang et al. 2023): Llama with attention over a window of recent tokens. RakutenAI. */
export const mistral: Family = {
  modelTypes: ['mistral'],
  read(raw) {
    const config = readConfig(Config, raw)
    const { sliding_window: window, layer_types: kinds } = config
    const kind = window === null ? 'full_attention' : 'sliding_attention'
    if (kinds?.some((other) => other !== kind))
      throw new UserError('model/config', { setting: 'layer_types', found: shown(kinds) })
    const options = { window: window ?? undefined }
    return llamaDecoder(config, (layer) =>
      preNorm(layer, layer.attention(layer.qkv(), { options }), layer.feedForward()),
    )
  },
}
