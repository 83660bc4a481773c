import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { spawnLlamaCpp } from '../../../electron/web/spawn-engine.ts'
import type { SpawnLlamaCpp } from '../client.ts'

const root = join(import.meta.dirname, '..', '..', '..')

export interface BuiltLlamaCpp {
  readonly spawn: SpawnLlamaCpp
  remove(): Promise<void>
}

/** The real process, built from the sources as they are. Whoever builds it removes it. */
export async function buildLlamaCpp(): Promise<BuiltLlamaCpp> {
  // Inside the project, so that packages are found.
  const folder = await mkdtemp(join(root, 'node_modules', '.terakoya-test-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: join(root, 'electron', 'llama-cpp', 'llama-cpp.ts'),
      outDir: folder,
      rolldownOptions: { external: ['koffi'], output: { entryFileNames: 'llama-cpp.js' } },
    },
  })
  return { spawn: () => spawnLlamaCpp(join(folder, 'llama-cpp.js')), remove: () => rm(folder, { recursive: true }) }
}
