// What a run does when the device's memory is short. Everything here is pure: no session, no device, no clock.
//
// Where sessions lie:
//
//             any work is short of memory
//   ┌────────┐ ─────────────────────────► ┌───────┐
//   │ beside │                            │ turns │ ⟲ every later shortage, every evaluation
//   └────────┘                            └───────┘
//
//   beside: the sessions of steps, losses and answers stay open. CUDA arenas take pieces as they are asked for.
//   turns:  all are closed before another kind of work begins, which then has all the memory. CUDA arenas take
//           blocks: pieces for one shape of batches do not fit the next larger one. A run never goes back.
//
// A step whose largest micro-batch has n rows:
//
//   ┌───────┐  done                          ┌──────┐
//   │ clear │ ─────────────────────────────► │ used │ ⟲ done
//   └───────┘ ◄───────────────────────────── └──────┘
//    │     ▲    short: free, the same again   │
//    │     │    (once for each n > 1)         │ short, and n was repeated before
//    │     └───────────────────────────┐      │
//    │ short                           │      │
//    ├──────────── n > 1: free, ⌈n/2⌉ rows ◄──┘
//    └──────────── n = 1: give up
//
//   clear: no step has run since all sessions were closed. What earlier shapes left cannot be to blame.
//   Micro-batches only become smaller; a checkpoint keeps their size.
//
// Losses or answers of n rows at once:
//
//   beside ── short: free, the same again ──► turns
//   turns  ── short, n > 1: free, ⌈n/2⌉ rows ──► turns
//   turns  ── short, n = 1 ──► give up; answers that no metric needs are left out
//
// An evaluation that gives up is left out where the run has steps to learn from.

/** The kinds of work of an evaluation. */
export type EvaluationWork = 'losses' | 'answers'

export interface MemoryState {
  readonly sessions: 'beside' | 'turns'
  /** Rows of a micro-batch; null: whole batches. */
  readonly microBatchRows: number | null
  /** A step has run since all sessions were closed. */
  readonly isUsed: boolean
  /** Sizes of micro-batches that were computed again after everything was freed. */
  readonly repeated: readonly number[]
  /** So many rows fit at once, as far as is known; Infinity at the start. */
  readonly fittingRows: Readonly<Record<EvaluationWork, number>>
}

/** What the run tells. `rows`: the largest part that was computed at once. */
export type MemoryEvent =
  | { readonly kind: 'step-done' }
  | { readonly kind: 'step-short'; readonly rows: number }
  | { readonly kind: 'work-begins' }
  | { readonly kind: 'losses-short'; readonly rows: number }
  | { readonly kind: 'answers-short'; readonly rows: number; readonly areNeeded: boolean }
  | { readonly kind: 'evaluation-short'; readonly isOnlyWork: boolean }

/**
 * What the run does next: `go-on`; `free`: close the sessions of steps, losses and answers; `retry`: `free`, then the
 * same work in parts as the state says; `leave-out`: go on without the work; `give-up`: pass the error on.
 */
export type MemoryAction = 'go-on' | 'free' | 'retry' | 'leave-out' | 'give-up'

export interface MemoryDecision {
  readonly state: MemoryState
  readonly action: MemoryAction
}

/** The start of a run, or of one that goes on with the micro-batches of its checkpoint. */
export const initialMemoryState = (microBatchRows: number | null = null): MemoryState => ({
  sessions: 'beside',
  microBatchRows,
  isUsed: false,
  repeated: [],
  fittingRows: { losses: Infinity, answers: Infinity },
})

/** The transitions of the drawing above. */
export function decide(state: MemoryState, event: MemoryEvent): MemoryDecision {
  switch (event.kind) {
    case 'step-done':
      return { state: { ...state, isUsed: true }, action: 'go-on' }
    case 'step-short':
      return stepShort(state, event.rows)
    case 'work-begins':
      return state.sessions === 'turns' ? { state: freed(state), action: 'free' } : { state, action: 'go-on' }
    case 'losses-short':
      return workShort(state, 'losses', event.rows) ?? { state, action: 'give-up' }
    case 'answers-short':
      return workShort(state, 'answers', event.rows) ?? { state, action: event.areNeeded ? 'give-up' : 'leave-out' }
    case 'evaluation-short':
      return { state, action: event.isOnlyWork ? 'give-up' : 'leave-out' }
  }
}

function stepShort(state: MemoryState, rows: number): MemoryDecision {
  if (state.isUsed && (rows === 1 || !state.repeated.includes(rows)))
    return { state: { ...freed(state), repeated: [...new Set([...state.repeated, rows])] }, action: 'retry' }
  if (rows === 1) return { state, action: 'give-up' }
  return { state: { ...freed(state), microBatchRows: half(rows) }, action: 'retry' }
}

/** Null where nothing smaller is left. */
function workShort(state: MemoryState, work: EvaluationWork, rows: number): MemoryDecision | null {
  if (state.sessions === 'beside') return { state: freed(state), action: 'retry' }
  if (rows === 1) return null
  return { state: { ...freed(state), fittingRows: { ...state.fittingRows, [work]: half(rows) } }, action: 'retry' }
}

const freed = (state: MemoryState): MemoryState => ({ ...state, sessions: 'turns', isUsed: false })
const half = (rows: number): number => Math.ceil(rows / 2)

/** The state of one run, which its parts tell and ask. */
export class MemoryStrategy {
  #state: MemoryState

  constructor(microBatchRows: number | null = null) {
    this.#state = initialMemoryState(microBatchRows)
  }

  /** Takes an event in and says what to do. */
  tell(event: MemoryEvent): MemoryAction {
    const { state, action } = decide(this.#state, event)
    this.#state = state
    return action
  }

  /** Rows of a micro-batch; null: whole batches. */
  get microBatchRows(): number | null {
    return this.#state.microBatchRows
  }

  /** How CUDA sessions that are opened now take their scratch memory. */
  get arena(): 'pieces' | 'blocks' {
    return this.#state.sessions === 'turns' ? 'blocks' : 'pieces'
  }

  /** How many of so many rows are evaluated at once, at least 1. */
  rowsAtOnce(work: EvaluationWork, rows: number): number {
    return Math.max(1, Math.min(rows, this.#state.fittingRows[work]))
  }
}
