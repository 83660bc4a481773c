// An engine that does what a test says.
import type { EngineCall, EngineClient } from '../../engine/engine-client.ts'
import type { TrainEvent, TrainJob, TrainResult } from '../../training/job.ts'

export interface FakeEngine extends EngineClient {
  /** The training that was asked for last. */
  readonly training: {
    readonly job: TrainJob
    readonly tell: (event: TrainEvent) => void
    readonly end: (result: TrainResult) => void
  } | null
  /** Whatever else was asked. */
  readonly asked: { readonly method: string; readonly params: unknown }[]
}

export function createFakeEngine(): FakeEngine {
  let training: FakeEngine['training'] = null
  const asked: FakeEngine['asked'] = []
  return {
    get training() {
      return training
    },
    asked,
    call(method, params, onEvent) {
      let end: (result: never) => void = () => undefined
      const result = new Promise((resolve) => {
        end = resolve
      })
      if (method === 'train')
        training = {
          job: params as TrainJob,
          tell: onEvent as (event: TrainEvent) => void,
          end: end as (result: TrainResult) => void,
        }
      else asked.push({ method, params })
      return { result, cancel: () => undefined, stop: () => undefined } as EngineCall<typeof method>
    },
    pid: () => undefined,
    renew: () => undefined,
    close: () => undefined,
  }
}
