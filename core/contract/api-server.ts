import { z } from 'zod'
import { defineContract, type } from './define.ts'

/** A model or run that the server answers for. */
export interface ApiModel {
  /** What a client names: a model's id, a run's name, or its id where something else has the name. */
  readonly id: string
  readonly name: string
  readonly kind: 'model' | 'experiment'
}

export interface ApiServerState {
  /** Where clients find it; null while it is off. */
  readonly address: string | null
  /** True where the account has a key. It was shown when it was made: what is kept does not give it back. */
  readonly hasKey: boolean
  /** With the right key, since the studio was started. */
  readonly requestCount: number
  readonly answeringCount: number
  readonly waitingCount: number
}

/** The server for OpenAI's clients. It listens on this computer only, and needs a key. */
export const apiServerContract = defineContract({
  calls: {
    state: { input: z.object({}), output: type<ApiServerState>() },
    /** Throws 'api/key-first' where no key was made, and 'api/port-in-use'. */
    start: { input: z.object({}), output: type<ApiServerState>() },
    /** Requests that are being answered break off. */
    stop: { input: z.object({}), output: type<ApiServerState>() },
    models: { input: z.object({}), output: type<readonly ApiModel[]>() },
    /** Makes a key, which is given this once; the one before is worth nothing from now on. */
    replaceKey: { input: z.object({}), output: type<{ readonly key: string }>() },
  },
  events: { changed: type<ApiServerState>() },
})
