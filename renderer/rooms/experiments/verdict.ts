import type { Evaluation, StepMetric } from '../../../core/contract/index.ts'

/** What a loss means, in the order of how well the data is known. The locale words it. */
export type Verdict = 'perfect' | 'learnt' | 'mostly' | 'learning' | 'starting' | 'rising' | 'broken' | 'overfit'

export interface Judged {
  readonly verdict: Verdict
  /** The loss that was judged. */
  readonly loss: number
  readonly of: 'validation' | 'training'
}

/** Training losses are averaged over the last tenth of the steps, at most so many. */
const WINDOW_STEPS = 10
/** A loss this many times its own lowest is a rise worth telling. */
const RISE = 1.5

/**
 * Judges the last validation loss where there is one, else the average of the last training losses; null before the
 * first step. The steps are the tutorial's: at 0.13 the questions are answered right in most wordings.
 */
export function judge(steps: readonly StepMetric[], evaluations: readonly Evaluation[]): Judged | null {
  const last = steps.at(-1)
  if (!last) return null
  if (!Number.isFinite(last.loss)) return { verdict: 'broken', loss: last.loss, of: 'training' }
  const training = average(steps.slice(-Math.max(1, Math.min(WINDOW_STEPS, Math.floor(steps.length / 10)))))
  const validation = evaluations.map(({ validationLoss }) => validationLoss).filter((loss) => loss !== null)
  const current = validation.at(-1)
  if (current === undefined)
    return { verdict: isRising(steps, training) ? 'rising' : wordFor(training), loss: training, of: 'training' }
  const lowest = Math.min(...validation)
  if (current > lowest * RISE && current - lowest > 0.1 && training < lowest)
    return { verdict: 'overfit', loss: current, of: 'validation' }
  return { verdict: isRising(steps, training) ? 'rising' : wordFor(current), loss: current, of: 'validation' }
}

function wordFor(loss: number): Verdict {
  if (loss < 0.05) return 'perfect'
  if (loss < 0.2) return 'learnt'
  if (loss < 0.8) return 'mostly'
  if (loss < 2.5) return 'learning'
  return 'starting'
}

const average = (steps: readonly StepMetric[]): number => steps.reduce((sum, { loss }) => sum + loss, 0) / steps.length

function isRising(steps: readonly StepMetric[], recent: number): boolean {
  if (steps.length < 3 * WINDOW_STEPS) return false
  const earlier = steps.slice(0, -WINDOW_STEPS)
  let lowest = Infinity
  for (let start = 0; start + WINDOW_STEPS <= earlier.length; start += WINDOW_STEPS)
    lowest = Math.min(lowest, average(earlier.slice(start, start + WINDOW_STEPS)))
  return recent > lowest * RISE && recent - lowest > 0.2
}
