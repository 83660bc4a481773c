import { toAppError, type AppError, type Result } from '../../../core/contract/index.ts'

export type SaveState = 'saved' | 'saving' | 'failed'

export interface ChangeQueue<T> {
  /** Sends a change when those before it have been answered; resolves to whether the host took it. */
  readonly add: (call: () => Promise<Result<T, AppError>>) => Promise<boolean>
  /** Resolves when every change so far has been answered. */
  readonly settled: () => Promise<void>
}

interface QueueOptions<T> {
  readonly onDone: (value: T) => void
  readonly onRefused: (error: AppError) => void
  readonly onState: (state: SaveState) => void
}

/** Changes go to the host one after another, in the order in which the user made them. */
export function createChangeQueue<T>({ onDone, onRefused, onState }: QueueOptions<T>): ChangeQueue<T> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    add(call) {
      waiting += 1
      onState('saving')
      // A call that throws (the host is gone) must not block the changes after it.
      const safe = (): Promise<Result<T, AppError>> =>
        call().catch((error: unknown) => ({ ok: false, error: toAppError(error) }))
      const answer = last.then(safe).then((result) => {
        waiting -= 1
        if (result.ok) onDone(result.value)
        else onRefused(result.error)
        onState(!result.ok ? 'failed' : waiting > 0 ? 'saving' : 'saved')
        return result.ok
      })
      last = answer
      return answer
    },
    settled: () => last.then(() => undefined),
  }
}
