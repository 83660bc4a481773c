import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'

/** The real path of what lies in the folder or is the folder itself; null where it lies elsewhere, also by a link, or is not there. */
export async function realPathInside(folder: string, path: string): Promise<string | null> {
  const [root, real] = await Promise.all([realpath(folder), realpath(path)]).catch(() => [null, null])
  if (root === null || real === null) return null
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep) ? real : null
}
