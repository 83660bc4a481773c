import { readdirSync, readFileSync } from 'node:fs'

const isLinux = process.platform === 'linux'

/** A call of a good client, while others attack, is answered in this time on a quiet machine (p99). */
export const GOOD_CALL_LIMIT_MS = 250

/** The memory of another process in bytes; 0 where it cannot be told. */
export function residentBytes(pid: number): number {
  try {
    return isLinux ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024 : 0
  } catch {
    return 0
  }
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  try {
    return isLinux
      ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
      : []
  } catch {
    return []
  }
}

/** The program that a process runs, without the path: `engine.js`. */
export function programOf(pid: number): string {
  try {
    return /([\w-]+\.m?js)\0/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

export function isRunning(pid: number): boolean {
  try {
    // A process that has ended and was not waited for is none.
    return !isLinux || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Entries of a folder; 0 where there is none. */
export function entryCount(folder: string): number {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}

/** The value below which a share of the values lies, 0 … 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))
export const megabytes = (bytes: number): number => rounded(bytes / 2 ** 20)
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
