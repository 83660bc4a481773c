import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'

/**
 * True where a path's own text lies in the folder's, or is it. Looks at no disk: on Windows even a look at a foreign
 * path may lead to another computer and tell it who asks.
 */
export function isWithin(folder: string, path: string): boolean {
  const [root, inner] = [resolve(folder), resolve(path)]
  return inner === root || inner.startsWith(root.endsWith(sep) ? root : root + sep)
}

/**
 * The real path of what lies in the folder or is the folder itself; null where it lies elsewhere, also by a link, or is
 * not there. A path that leads elsewhere by its text is not looked at.
 */
export async function realPathInside(folder: string, path: string): Promise<string | null> {
  try {
    const root = await realpath(folder)
    if (!isWithin(folder, path) && !isWithin(root, path)) return null
    const real = await realpath(path)
    return isWithin(root, real) ? real : null
  } catch {
    return null
  }
}
