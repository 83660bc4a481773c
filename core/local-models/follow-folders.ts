import { watch, type FSWatcher } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const SETTLE_MS = 300
const LOOK_MS = 5_000
/** More entries do not count. */
const MAX_ENTRIES = 2_000

export interface FollowOptions {
  readonly settleMs?: number
  readonly lookMs?: number
}

/**
 * Tells when something changes in these folders, once for changes that come together. Where the system tells of none
 * (network drives, folders that are not there yet), it is looked now and then. Returns the function that ends it.
 */
export function followFolders(
  folders: readonly string[],
  onChange: () => void,
  { settleMs = SETTLE_MS, lookMs = LOOK_MS }: FollowOptions = {},
): () => void {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | undefined
  let looking: NodeJS.Timeout | undefined
  let isOver = false
  const changed = () => {
    clearTimeout(timer)
    if (!isOver) timer = setTimeout(onChange, settleMs).unref()
  }
  const begin = (folder: string): boolean => {
    try {
      const watcher = watch(folder, { persistent: false }, changed)
      watcher.on('error', () => {
        watcher.close()
        watchers.delete(folder)
      })
      watchers.set(folder, watcher)
      return true
    } catch {
      return false
    }
  }
  let seen = new Map<string, string>()
  const look = async () => {
    const states = new Map<string, string>()
    for (const folder of folders) {
      if (isOver) return
      // A folder that has come meanwhile is watched from now on.
      if (!watchers.has(folder)) begin(folder)
      states.set(folder, await stateOf(folder))
    }
    if (seen.size > 0 && folders.some((folder) => states.get(folder) !== seen.get(folder))) changed()
    seen = states
    if (!isOver) looking = setTimeout(() => void look(), lookMs).unref()
  }
  void look()
  return () => {
    isOver = true
    clearTimeout(timer)
    clearTimeout(looking)
    watchers.forEach((watcher) => watcher.close())
  }
}

/** Names and times of what lies in a folder and, one step down, of the folders' own. */
async function stateOf(folder: string): Promise<string> {
  const lines: string[] = []
  for await (const { name } of (await opendir(folder).catch(() => null)) ?? []) {
    const found = await stat(join(folder, name)).catch(() => null)
    lines.push(`${name} ${found?.mtimeMs ?? 0}`)
    if (lines.length >= MAX_ENTRIES) break
  }
  return lines.sort().join('\n')
}
