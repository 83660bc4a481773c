import { contracts, fail, ok, toAppError, type CallName, type Handlers, type Result } from './contract/index.ts'
import type { CallDefinition } from './contract/define.ts'
import type { ReportBug } from './host/error-log.ts'

/** The definition of a call by its full name such as `datasets.page`; undefined where there is none. */
export function definitionOf(name: string): CallDefinition | undefined {
  const [feature = '', call = ''] = name.split('.')
  if (!Object.hasOwn(contracts, feature)) return undefined
  const calls: Record<string, CallDefinition> = contracts[feature as keyof typeof contracts].calls
  return Object.hasOwn(calls, call) ? calls[call] : undefined
}

/**
 * The one way into the services: checks the name and the input against the contract, runs the handler, and turns every exception into data.
 * `report` hears of bugs (exceptions that are not the user's to fix); the caller gets its reference, never a stack trace or a path of ours.
 */
export function createDispatch(handlers: Handlers, report: ReportBug) {
  return async (name: string, input: unknown): Promise<Result<unknown>> => {
    const definition = definitionOf(name)
    if (!definition) return fail('call-unknown', { call: name })
    const parsed = definition.input.safeParse(input)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return fail('call-invalid', { call: name, path: issue?.path.join('.') ?? '', problem: issue?.message ?? '' })
    }
    try {
      return ok(await handlers[name as CallName](parsed.data as never))
    } catch (error) {
      const appError = toAppError(error)
      return appError.code === 'internal' ? fail('internal', { message: report(name, error) }) : { ok: false, error: appError }
    }
  }
}
