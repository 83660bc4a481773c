import { createContext, runInContext } from 'node:vm'
import { UserError } from '../../contract/index.ts'

/** A small workbook takes a fraction of it. */
const LEAST_MS = 2500
const MS_PER_BYTE = 0.01

/**
 * Runs work that reads a workbook of so many bytes and cannot be asked to stop. Throws UserError
 * `dataset/workbook-too-great` where it takes much longer than workbooks of this size do.
 */
export function inBoundedTime<T>(work: () => T, { name, size }: { readonly name: string; readonly size: number }): T {
  try {
    return runInContext('work()', createContext({ work }), { timeout: Math.round(LEAST_MS + size * MS_PER_BYTE) }) as T
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
      ? new UserError('dataset/workbook-too-great', { file: name })
      : error
  }
}
