import * as node from 'node:fs/promises'

/**
 * The calls that change files. Everything that must survive a crash goes through them, so that a test can fail, delay
 * or end the process at each.
 */
export type Disk = Pick<
  typeof node,
  'open' | 'rename' | 'rm' | 'mkdir' | 'copyFile' | 'appendFile' | 'writeFile' | 'link' | 'truncate'
>

let used: Disk = node

/** The disk in use: Node's own file system, unless a test has put another in its place. */
export const disk: Disk = new Proxy({} as Disk, { get: (_, name) => used[name as keyof Disk] })

/** Puts another disk in place for this process; returns the function that puts the earlier one back. For tests only. */
export function useDisk(other: Disk): () => void {
  const earlier = used
  used = other
  return () => {
    used = earlier
  }
}
