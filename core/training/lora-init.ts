import type { LoraLayout } from '../models/lora.ts'
import { randomUniform } from '../random/rng.ts'

/**
 * The flat vector p of a fresh adapter, as PEFT makes it: A uniform in ±1/√inSize (Kaiming with a = √5, He et al.
 * 2015), B zero, so that training begins exactly at the base model.
 */
export function initialLora(layout: LoraLayout, seed: number): Float32Array<ArrayBuffer> {
  const p = new Float32Array(layout.parameterCount)
  for (const { module, a } of layout.slots) {
    const bound = 1 / Math.sqrt(module.inSize)
    for (let index = a.offset; index < a.offset + a.shape[0] * a.shape[1]; index++)
      p[index] = (2 * randomUniform(seed, 'loraInit', 0, index) - 1) * bound
  }
  return p
}
