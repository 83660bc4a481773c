import { isErrorCode, type AppError, type Result } from '../../core/contract/index.ts'
import { text } from '../../texts/index.ts'
import type { Report } from './attack.ts'

/**
 * True for a failure that the user is told in a sentence: a code of the contract other than `internal`, with every fact
 * that the sentence names.
 */
export function isWorded({ code, facts }: AppError): boolean {
  if (code === 'internal' || !isErrorCode(code)) return false
  const places = [...text('ja').errors[code].matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
  return places.every((name) => name in facts)
}

/** A finding where a result is a failure without a sentence. */
export function expectWorded(report: Report, result: Result<unknown>, what: string, example: unknown): void {
  if (!result.ok && !isWorded(result.error))
    report.find(
      `${what}: ${result.error.code === 'internal' ? 'internal' : `no sentence for ${result.error.code}`}`,
      `${JSON.stringify(result.error).slice(0, 200)} ${String(example)}`,
    )
}
