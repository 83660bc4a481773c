import { shell } from 'electron'
import { isAbsolute } from 'node:path'
import { allowedLink, fail, ok, type Result } from '../../core/contract/index.ts'
import { realPathInside } from '../../core/files/inside.ts'

const MAX_SHOWN_CHARACTERS = 100

/**
 * Opens one of our links in the user's browser, or shows what lies in one of the folders (the library, or one that the
 * user picked) in the file manager. Fails with `link/not-allowed` for anything else.
 */
export async function openOutside(target: string, folders: readonly string[]): Promise<Result<null>> {
  const link = allowedLink(target, mirrors())
  if (link) {
    await shell.openExternal(link)
    return ok(null)
  }
  const places = isAbsolute(target) ? folders.map((folder) => realPathInside(folder, target)) : []
  const place = (await Promise.all(places)).find((found) => found !== null)
  if (!place) return fail('link/not-allowed', { address: target.slice(0, MAX_SHOWN_CHARACTERS) })
  shell.showItemInFolder(place)
  return ok(null)
}

/** The Hub that the user has named instead of Hugging Face's own. */
function mirrors(): readonly string[] {
  const endpoint = process.env['HF_ENDPOINT'] ?? ''
  return URL.canParse(endpoint) ? [new URL(endpoint).origin] : []
}
