import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** At this size the log becomes `<file>.old` and a new one begins. */
const MAX_BYTES = 2_000_000

/**
 * Writes a bug down where a person can find it; returns the reference that the window shows instead of a stack trace.
 */
export type ReportBug = (place: string, error: unknown) => string

/**
 * Reports bugs to the error stream and to a file of the user's account. A log that cannot be written is not a reason to
 * fail.
 */
export function createErrorLog(file: string): ReportBug {
  return (place, error) => {
    const reference = randomBytes(4).toString('hex')
    const text = `${new Date().toISOString()} ${reference} [${place}] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`
    console.error(text.trimEnd())
    try {
      mkdirSync(dirname(file), { recursive: true })
      if (sizeOf(file) > MAX_BYTES) renameSync(file, `${file}.old`)
      appendFileSync(file, text)
    } catch {
      // The error stream has it.
    }
    return reference
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Keeps the host process alive after an error that nobody caught: a training belongs to it. Each is reported. */
export function surviveErrors(report: ReportBug): void {
  process.on('uncaughtException', (error) => void report('uncaught', error))
  process.on('unhandledRejection', (error) => void report('unhandled rejection', error))
  // A terminal that was closed: its error would be reported to the terminal, which fails again, without end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}
