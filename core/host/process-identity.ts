import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { isRunning } from './is-running.ts'

/**
 * What the system says of a process id. `unknown`: it does not tell, as for others' processes where they are hidden.
 */
export type ProcessState =
  { readonly kind: 'running'; readonly started: string } | { readonly kind: 'gone' } | { readonly kind: 'unknown' }

let identity: string | null = null

/**
 * What tells this boot of this machine, and this space of process ids, from every other; null where it cannot be told.
 * Process ids mean something only inside of it.
 */
export function machineIdentity(): string | null {
  try {
    identity ??= readIdentity()
  } catch {
    // A system that hides it, or that is short of something just now.
  }
  return identity
}

function readIdentity(): string | null {
  // Containers share the boot, but each may have process ids of its own.
  if (process.platform === 'linux')
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  if (process.platform === 'darwin')
    return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim() || null
  return null
}

/** The boot in a `machineIdentity`. */
export const bootOf = (machine: string | null): string | null => machine?.split(' ')[0] ?? null

/**
 * What this system says of a process, with its start as the system writes it: tells it from a later one with the same
 * id.
 */
export function findProcess(pid: number): ProcessState {
  try {
    if (process.platform === 'linux') return fromProc(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    // In one language and time zone: the text is compared with what an earlier process wrote.
    if (process.platform === 'darwin')
      return running(
        execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
          encoding: 'utf8',
          env: { LC_ALL: 'C', TZ: 'UTC' },
        }).trim(),
      )
  } catch (error) {
    if (saysGone(error) && !isRunning(pid)) return { kind: 'gone' }
  }
  return { kind: 'unknown' }
}

/** When a process of this machine started, where its system tells. */
export function processStart(pid: number): string | null {
  const found = findProcess(pid)
  return found.kind === 'running' ? found.started : null
}

function fromProc(text: string): ProcessState {
  // The name in parentheses may hold blanks and parentheses itself.
  const fields = text.replace(/^.*\)/s, '').trim().split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? { kind: 'gone' } : running(fields[19])
}

const running = (started: string | undefined): ProcessState =>
  started ? { kind: 'running', started } : { kind: 'unknown' }

/** The file in /proc is not there, or ps found no process; everything else tells nothing. */
function saysGone(error: unknown): boolean {
  const { code, status } = error as NodeJS.ErrnoException & { readonly status?: number }
  return process.platform === 'linux' ? code === 'ENOENT' || code === 'ESRCH' : status === 1
}
