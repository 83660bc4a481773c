import { join } from 'node:path'
import { spawnLlamaCpp } from '../../../electron/web/spawn-engine.ts'
import { buildEntry } from '../../processes/testing/built-entry.ts'
import type { SpawnLlamaCpp } from '../client.ts'

const entry = join(import.meta.dirname, '..', '..', '..', 'electron', 'llama-cpp', 'llama-cpp.ts')

export interface BuiltLlamaCpp {
  readonly spawn: SpawnLlamaCpp
  remove(): Promise<void>
}

/** The real process, built from the sources as they are. Whoever builds it removes it. */
export async function buildLlamaCpp(): Promise<BuiltLlamaCpp> {
  const { file, remove } = await buildEntry(entry)
  return { spawn: () => spawnLlamaCpp(file), remove }
}
