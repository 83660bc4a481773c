const START = 2 ** 16
const LARGEST = 2 ** 24
/** So many steps without an overflow, and the scale is doubled. */
const GROWTH_STEPS = 2000

/** The state of a loss scale, as checkpoints keep it. */
export interface LossScaleState {
  readonly value: number
  readonly goodSteps: number
  readonly overflows: number
}

/**
 * Dynamic loss scaling for float16 (Micikevicius et al. 2018), as torch.amp.GradScaler: the loss is multiplied so that
 * small gradients stay numbers; an overflow halves the scale, many steps without one double it. Always a power of two,
 * so that scaling alone changes no bit.
 */
export class LossScale {
  #state: LossScaleState

  constructor(state: LossScaleState = { value: START, goodSteps: 0, overflows: 0 }) {
    this.#state = state
  }

  get value(): number {
    return this.#state.value
  }

  /** Steps whose gradient overflowed. */
  get overflows(): number {
    return this.#state.overflows
  }

  get state(): LossScaleState {
    return this.#state
  }

  /** Takes note of a step's gradient norm; true where it overflowed and the step was skipped. */
  afterStep(gradientNorm: number): boolean {
    const { value, goodSteps, overflows } = this.#state
    if (!Number.isFinite(gradientNorm)) {
      this.#state = { value: Math.max(1, value / 2), goodSteps: 0, overflows: overflows + 1 }
      return true
    }
    const grown = goodSteps + 1 >= GROWTH_STEPS
    this.#state = {
      value: grown ? Math.min(LARGEST, value * 2) : value,
      goodSteps: grown ? 0 : goodSteps + 1,
      overflows,
    }
    return false
  }
}
