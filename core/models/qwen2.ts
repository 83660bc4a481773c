import { readConfig } from './config.ts'
import { decoder, DecoderFields } from './decoder.ts'
import type { Family } from './family.ts'
import { rotaryOf } from './rotary.ts'
import { WindowFields, windowOf } from './window.ts'

const Config = DecoderFields.extend(WindowFields.shape)

/** Qwen2 and 2.5 (Yang et al. 2024): Llama with biases of q, k and v. TinySwallow. */
export const qwen2: Family = {
  modelTypes: ['qwen2'],
  read(raw) {
    const config = readConfig(Config, raw)
    return decoder({
      config,
      rotaries: [rotaryOf(config, config.hidden_size / config.num_attention_heads)],
      qkvBias: true,
      attention: (layer) => ({ window: windowOf(config, layer) }),
    })
  },
}
