import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../files/atomic.ts'
import { cacheFolder } from '../files/folders.ts'

/** Programs that are kept, the last used ones: a model with its settings needs about ten. */
const MAX_PROGRAMS = 160

export interface Program {
  readonly source: string
  /** What it is compiled for, and with. */
  readonly architecture: string
  readonly compiler: string
}

const folder = (): string => join(cacheFolder(), 'kernels')

/**
 * Loads the machine code of a program: what an earlier run has compiled, if that can be loaded, else what `compile`
 * gives, which is kept; `compile` is called at once, so that its thread works while this one goes on.
 */
export async function loadProgram<T>(
  program: Program,
  compile: () => Promise<Uint8Array>,
  load: (code: Uint8Array) => T,
): Promise<T> {
  const file = join(folder(), `${createHash('sha256').update(JSON.stringify(program)).digest('hex')}.cubin`)
  try {
    return load(readFileSync(file))
  } catch {
    const code = await compile()
    const loaded = load(code)
    // A run does not end for want of a cache.
    await keep(file, code).catch(() => {})
    return loaded
  }
}

async function keep(file: string, code: Uint8Array): Promise<void> {
  await mkdir(folder(), { recursive: true })
  await writeFileAtomic(file, code)
  const files = await Promise.all(
    (await readdir(folder())).map(async (name) => ({ name, used: (await stat(join(folder(), name))).atimeMs })),
  )
  const old = files.sort((a, b) => b.used - a.used).slice(MAX_PROGRAMS)
  await Promise.all(old.map(({ name }) => rm(join(folder(), name), { force: true })))
}
