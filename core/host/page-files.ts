import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** What the window's page consists of; a file of another kind is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

export interface PageFile {
  readonly content: Uint8Array
  readonly contentType: string
}

/**
 * Reads the file of the page that a URL's path names; `/` is index.html. Null for whatever is not a file of a known
 * kind below the folder: no `..`, no hidden file, no folder, and no link that leads out.
 */
export async function readPageFile(folder: string, urlPath: string): Promise<PageFile | null> {
  const segments = segmentsOf(urlPath)
  const contentType = segments && contentTypes[extname(segments.at(-1) ?? '')]
  if (!segments || !contentType) return null
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, ...segments))])
    if (!file.startsWith(root + sep) || !(await stat(file)).isFile()) return null
    return { content: await readFile(file), contentType }
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

/** The names along the path; null where one is not a plain name. */
function segmentsOf(urlPath: string): readonly string[] | null {
  if (urlPath === '/') return ['index.html']
  if (!urlPath.startsWith('/')) return null
  const segments = urlPath.slice(1).split('/').map(decoded)
  return segments.every((segment): segment is string => segment !== null && /^[\w-][\w.-]*$/.test(segment))
    ? segments
    : null
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null // A stray `%`.
  }
}

const ABSENT: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES']
const isAbsent = (error: unknown): boolean => ABSENT.includes((error as NodeJS.ErrnoException).code)
