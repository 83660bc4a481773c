import { readdirSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import type { Library } from './components.ts'

/**
 * Where a CUDA toolkit or a Linux distribution puts NVIDIA's libraries. Relative folders would lead elsewhere with
 * every start.
 */
function folders(environment: NodeJS.ProcessEnv): string[] {
  const listed = (name: string) => (environment[name] ?? '').split(delimiter).filter(isAbsolute)
  if (process.platform === 'win32')
    return [
      ...listed('CUDA_PATH').flatMap((folder) => [join(folder, 'bin', 'x64'), join(folder, 'bin')]),
      ...listed('PATH'),
    ]
  return [
    ...listed('LD_LIBRARY_PATH'),
    '/usr/local/cuda/lib64',
    '/usr/local/cuda-13/lib64',
    '/opt/cuda/lib64',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
  ]
}

/**
 * The files of a library that the system has already, in the order in which they are loaded; null unless it has all of
 * them in one folder.
 */
export function findOnSystem({ files }: Library, environment: NodeJS.ProcessEnv = process.env): string[] | null {
  for (const folder of folders(environment)) {
    const names = namesIn(folder)
    const found = files.map((start) => names.filter((name) => name.startsWith(start)).sort()[0])
    if (found.every((name) => name !== undefined)) return found.map((name) => join(folder, name))
  }
  return null
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
