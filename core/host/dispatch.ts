import { contracts, fail, ok, toAppError, type CallName, type Handlers, type Result } from '../contract/index.ts'
import type { z } from 'zod'
import type { CallDefinition } from '../contract/define.ts'
import type { ReportBug } from './error-log.ts'

/** The definition of a call by its full name such as `datasets.page`; undefined where there is none. */
export function definitionOf(name: string): CallDefinition | undefined {
  const [feature = '', call = ''] = name.split('.')
  if (!Object.hasOwn(contracts, feature)) return undefined
  const calls: Record<string, CallDefinition> = contracts[feature as keyof typeof contracts].calls
  return Object.hasOwn(calls, call) ? calls[call] : undefined
}

/** Only the first issue is told: a list of a million wrong values makes no million issues. */
const FIRST_ISSUE: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true }

/** The input of a call as its schema gives it, or the failure `call-invalid`. */
export function parseInput(name: string, schema: z.ZodType, input: unknown): Result<unknown> {
  try {
    const parsed = schema.safeParse(input, FIRST_ISSUE)
    if (parsed.success) return ok(parsed.data)
    const [issue] = parsed.error.issues
    return fail('call-invalid', { call: name, path: issue?.path.join('.') ?? '', problem: issue?.message ?? '' })
  } catch (error) {
    // zod passes issues on as arguments, which are limited in number.
    if (error instanceof RangeError) return fail('call-invalid', { call: name, path: '', problem: 'Too many problems' })
    throw error
  }
}

/**
 * The one way into the services: checks the name and the input against the contract, runs the handler, and turns every
 * exception into data.
 * `report` hears of bugs (exceptions that are not the user's to fix); the caller gets its reference, never a stack
 * trace or a path of ours.
 */
export function createDispatch(handlers: Handlers, report: ReportBug) {
  return async (name: string, input: unknown): Promise<Result<unknown>> => {
    const definition = definitionOf(name)
    if (!definition) return fail('call-unknown', { call: name })
    try {
      const parsed = parseInput(name, definition.input, input)
      return parsed.ok ? ok(await handlers[name as CallName](parsed.value as never)) : parsed
    } catch (error) {
      const appError = toAppError(error)
      return appError.code === 'internal'
        ? fail('internal', { message: report(name, error) })
        : { ok: false, error: appError }
    }
  }
}
