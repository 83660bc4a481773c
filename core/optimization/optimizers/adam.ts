import { decayedGradient, defineOptimizer, likeP, movingAverage, type UpdateContext } from '../optimizer.ts'

export const BETA1 = 0.9
export const BETA2 = 0.999
const EPSILON = 1e-8

/** Bias corrections of both averages at a step. */
export const corrections = (step: number): { readonly correction1: number; readonly correction2: number } => ({
  correction1: 1 / (1 - BETA1 ** step),
  correction2: 1 / (1 - BETA2 ** step),
})

type Context<V> = UpdateContext<V, 'm' | 'v', keyof ReturnType<typeof corrections>>

/** p - η m̂ / (√v̂ + ε), with m̂ and v̂ the averages after bias correction. */
export function adamStep<V>(
  { operators, learningRate, scalars }: Pick<Context<V>, 'operators' | 'learningRate' | 'scalars'>,
  { p, m, v }: { readonly p: V; readonly m: V; readonly v: V },
): V {
  const { add, sub, mul, div, sqrt, constant } = operators
  const root = add(sqrt(mul(v, scalars.correction2)), constant(EPSILON))
  return sub(p, mul(div(mul(m, scalars.correction1), root), learningRate))
}

/** m ← β₁m + (1-β₁)g;  v ← β₂v + (1-β₂)g² */
export function moments<V>({ operators, state }: Pick<Context<V>, 'operators' | 'state'>, gradient: V): { m: V; v: V } {
  return {
    m: movingAverage(operators, { before: state.m, x: gradient, share: BETA1 }),
    v: movingAverage(operators, { before: state.v, x: operators.mul(gradient, gradient), share: BETA2 }),
  }
}

/** Adam (Kingma & Ba 2015) as torch.optim.Adam computes it. */
export const adam = defineOptimizer({
  title: 'Adam',
  state: { m: likeP, v: likeP },
  scalars: corrections,
  update(context) {
    const state = moments(context, decayedGradient(context))
    return { p: adamStep(context, { p: context.p, ...state }), state }
  },
})
