import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** While in the background: not every shell says when a process comes to the front. */
const LOOK_MS = 2000

/**
 * Calls back whenever Enter is pressed in the terminal of this process, or a line comes through its pipe. Returns the
 * function that ends it. A process in the background does not read: the system would stop it, and with it a training.
 */
export function onEnter(listener: () => void): () => void {
  const lines = createInterface({ input: process.stdin, terminal: false })
  let look: NodeJS.Timeout | undefined
  const follow = () => {
    clearTimeout(look)
    if (isInForeground()) return lines.resume()
    lines.pause()
    look = setTimeout(follow, LOOK_MS).unref()
  }
  lines.on('line', listener)
  // After Ctrl+Z and `fg` or `bg`.
  if (process.platform !== 'win32') process.on('SIGCONT', follow)
  follow()
  return () => {
    clearTimeout(look)
    process.off('SIGCONT', follow)
    lines.close()
    process.stdin.destroy()
  }
}

/** True where this process may read from its terminal, or has none. */
function isInForeground(): boolean {
  if (!process.stdin.isTTY || process.platform === 'win32') return true
  if (process.platform !== 'linux')
    return String(spawnSync('ps', ['-o', 'stat=', '-p', String(process.pid)], { encoding: 'utf8' }).stdout).includes(
      '+',
    )
  // The name before the closing bracket may hold anything; then come state, parent, group, session, terminal and the
  // terminal's group.
  const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return group === foreground
}
