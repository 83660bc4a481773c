import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

let cores: number | null = null

/** Physical cores that this process may use: arithmetic gains nothing from a core's second thread. */
export function defaultThreadCount(): number {
  cores ??= Math.max(1, Math.min(availableParallelism(), physicalCoreCount() ?? availableParallelism()))
  return cores
}

/**
 * Counts (package, core) pairs on Linux. Elsewhere null: macOS has no second threads, and Windows does not say without
 * a system call.
 */
function physicalCoreCount(): number | null {
  if (process.platform !== 'linux') return null
  try {
    return countCores(readFileSync('/proc/cpuinfo', 'utf8'))
  } catch {
    // No /proc in this sandbox: logical cores are counted instead.
    return null
  }
}

/** The number of physical cores in the text of /proc/cpuinfo; null where it does not tell (ARM). */
export function countCores(cpuInfo: string): number | null {
  const pairs = cpuInfo.split('\n\n').flatMap((processor) => {
    const core = /^core id\s*: (\d+)/m.exec(processor)?.[1]
    return core === undefined ? [] : [`${/^physical id\s*: (\d+)/m.exec(processor)?.[1] ?? 0}/${core}`]
  })
  return pairs.length > 0 ? new Set(pairs).size : null
}
