import { sourceLanguage, text, type Texts } from '../../texts/index.ts'
import type { Facts } from '../../texts/sentences.ts'
import { describeValue } from './describe-value.ts'

export type { Facts }

/** Every way in which a user's input or machine can stop us; the sentence for each stands in texts/<language>/errors.ts. */
export type ErrorCode = keyof Texts['errors']

/** True for a code that this version has a sentence for. */
export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(text(sourceLanguage).errors, code)

/** A failure that the user can fix, as data: it crosses processes, the reader's language words it. */
export interface AppError {
  readonly code: ErrorCode
  readonly facts: Facts
}

export type Result<T, E = AppError> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

/** What became of a long job that the user may stop. */
export type Outcome<T> = Result<T> | { readonly ok: false; readonly cancelled: true }

/** Returns a successful result. */
export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })

/** Returns a failed result with its code and facts. */
export const fail = (code: ErrorCode, facts: Facts = {}): { ok: false; error: AppError } => ({
  ok: false,
  error: { code, facts },
})

/**
 * An AppError on its way up a deep call chain. `dispatch` turns it into a failed result; nothing else catches it.
 */
export class UserError extends Error {
  readonly error: AppError
  constructor(code: ErrorCode, facts: Facts = {}) {
    super(`${code} ${JSON.stringify(facts)}`)
    this.name = 'UserError'
    this.error = { code, facts }
  }
}

/** A bug of ours: what was expected and what was found. Caught once a process. */
export class InternalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InternalError'
  }
}

/** Ends every switch over a union: a new member becomes a compile error. */
export function assertNever(value: never): never {
  throw new InternalError(`unexpected ${JSON.stringify(value)}`)
}

/** The failure that an exception stands for: a UserError's own, else `internal` with the message for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof UserError) return error.error
  return { code: 'internal', facts: { message: error instanceof Error ? error.message : describeValue(error) } }
}
