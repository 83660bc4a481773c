import { decayedParameters, defineOptimizer, likeP } from '../optimizer.ts'
import { adamStep, corrections, moments } from './adam.ts'

/** AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it. */
export const adamw = defineOptimizer({
  title: 'AdamW',
  state: { m: likeP, v: likeP },
  scalars: corrections,
  update(context) {
    const state = moments(context, context.gradient)
    return { p: adamStep(context, { p: decayedParameters(context), ...state }), state }
  },
})
