import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/** What tells this boot of this machine, and this space of process ids, from every other; null where it cannot be told. Process ids mean something only inside of it. */
export function machineIdentity(): string | null {
  try {
    // Containers share the boot, but each may have process ids of its own.
    if (process.platform === 'linux') return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
    if (process.platform === 'darwin') return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim() || null
  } catch {
    // A system that hides it.
  }
  return null
}

/** When a process of this machine started, as its system writes it: tells it from a later one with the same id. Null where there is none. */
export function processStart(pid: number): string | null {
  try {
    if (process.platform !== 'linux') return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } }).trim() || null
    // The name in parentheses may hold blanks and parentheses itself.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')
    const [state, started] = [fields[0], fields[19]]
    return state === 'Z' || state === 'X' ? null : (started ?? null)
  } catch {
    return null
  }
}
