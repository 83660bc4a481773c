import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const childrenOf = (pid: number): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number)

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // It has just ended.
  }
}

/**
 * The engine below a host: a Node child in the web host, a Node service in Electron, where a reader of models is one
 * too.
 */
function findEngines(hostPid: number): number[] {
  return childrenOf(hostPid).flatMap((pid) =>
    /engine\.js|node\.mojom\.NodeService/.test(commandOf(pid)) ? [pid] : findEngines(pid),
  )
}

/** Kills the engine as a crash or the system's memory watchdog would. */
export function killEngine(hostPid: number): void {
  const pids = findEngines(hostPid)
  if (pids.length === 0) throw new Error('no engine runs')
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}
