import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const childrenOf = (pid: number): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean).map(Number)

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // It has just ended.
  }
}

/** The engine below a host: a Node child in the web host, a Node service in Electron. */
function findEngine(hostPid: number): number | null {
  for (const pid of childrenOf(hostPid)) {
    if (/engine\.js|node\.mojom\.NodeService/.test(commandOf(pid))) return pid
    const below = findEngine(pid)
    if (below !== null) return below
  }
  return null
}

/** Kills the engine as a crash or the system's memory watchdog would. */
export function killEngine(hostPid: number): void {
  const pid = findEngine(hostPid)
  if (pid === null) throw new Error('no engine runs')
  process.kill(pid, 'SIGKILL')
}
