import { describe, expect, it } from 'vitest'
import {
  UserError,
  type AppError,
  type ExperimentSummary,
  type LibraryAccess,
  type RunState,
} from '../contract/index.ts'
import type { CliContext } from './context.ts'
import { runToEnd } from './train.ts'

/** A studio whose run ends in this state, after which its library has this access. */
function studioThatEnds(state: RunState, access: LibraryAccess): CliContext {
  const listeners = new Map<string, (payload: never) => void>()
  const told = (name: string, payload: unknown) => setImmediate(() => listeners.get(name)?.(payload as never))
  let now: LibraryAccess = { kind: 'writer' }
  const calls: Record<string, () => unknown> = {
    'experiments.start': () => {
      told('experiments.changed', { id: 'x', name: 'x', state } as unknown as ExperimentSummary)
      // The library changes hands after the run has ended.
      setImmediate(() =>
        setImmediate(() => {
          now = access
          told('system.library', { folder: '/library' })
        }),
      )
      return { id: 'x', name: 'x', state: { kind: 'preparing' } }
    },
    'system.info': () => ({ access: now }),
  }
  return {
    resourcesFolder: '/',
    call: async (name) => (calls[name] as () => never)(),
    on(name, listener) {
      listeners.set(name, listener as (payload: never) => void)
      return () => void listeners.delete(name)
    },
    close: async () => undefined,
  }
}
const errorOf = (context: CliContext): Promise<AppError | null> =>
  runToEnd(context, {}, false).then(
    () => null,
    (error: UserError) => error.error,
  )
const holder = { kind: 'desktop', host: 'studio', since: '2026-01-01T00:00:00.000Z', isSilent: false } as const

describe('a training in the terminal', () => {
  it('whose library was taken over says who has it', async () => {
    const context = studioThatEnds(
      { kind: 'interrupted', reason: 'studio-closed', detail: '' },
      { kind: 'reader', holder },
    )
    expect(await errorOf(context)).toEqual({
      code: 'cli/library-locked',
      facts: { program: 'desktop', host: 'studio', since: holder.since },
    })
  })

  it('whose engine ended says why', async () => {
    const context = studioThatEnds(
      { kind: 'interrupted', reason: 'engine-exit', detail: 'SIGKILL' },
      { kind: 'writer' },
    )
    expect(await errorOf(context)).toEqual({ code: 'engine/unavailable', facts: { reason: 'SIGKILL' } })
  })
})
