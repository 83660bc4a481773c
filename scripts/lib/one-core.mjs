// Workers of tests run side by side: each keeps to a core, with all that it starts. Otherwise every engine takes a thread
// for each core, and threads of ONNX Runtime and Chromium that wait awake keep the cores from each other: a third more
// processor time.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

let isKept = false

/**
 * Keeps this process and what it starts to the core of this worker, where the system can.
 * @param {number} worker counted from 0
 */
export function keepToOneCore(worker) {
  if (process.platform !== 'linux' || isKept) return
  isKept = true
  const cores = allowedCores()
  const core = cores[worker % cores.length]
  if (core === undefined) return
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)], { stdio: 'ignore' })
  } catch {
    // Not every system has it.
  }
}

/** Of `Cpus_allowed_list: 0-3,8`. */
function allowedCores() {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => first + index)
  })
}
