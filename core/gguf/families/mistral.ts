import { llama } from './llama.ts'
import type { GgufFamily } from './family.ts'
import { contextInWindow, windowOf } from './window.ts'

/** Mistral is llama.cpp's Llama, whose attention has no window: the context is the window. */
export const mistral: GgufFamily = {
  ...llama,
  modelTypes: ['mistral'],
  metadata: (model) => ({ ...llama.metadata(model), ...contextInWindow(model, windowOf(model, 4096)) }),
}
