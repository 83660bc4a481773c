import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { RUNTIME_VERSION } from './components.ts'

const Manifest = z.object({
  /** ONNX Runtime's library, with its CUDA provider beside it. */
  library: z.string(),
  /** NVIDIA's libraries in the order in which they are loaded: in the pack's folder, or where the system has them. */
  preload: z.array(z.string()),
  sizeBytes: z.number(),
})

export interface InstalledPack {
  readonly library: string
  readonly preload: readonly string[]
  readonly sizeBytes: number
}

export const MANIFEST = 'pack.json'

/** Where a pack for this version of ONNX Runtime lies in the pack's folder. */
export const installedFolder = (folder: string): string => join(folder, RUNTIME_VERSION)

/** The pack in a folder, if it is whole: its folder gets its name only when everything is in it. */
export function readInstalled(folder: string): InstalledPack | null {
  const place = installedFolder(folder)
  try {
    const { library, preload, sizeBytes } = Manifest.parse(JSON.parse(readFileSync(join(place, MANIFEST), 'utf8')))
    const pack = { library: join(place, library), preload: preload.map((file) => (/[\\/]/.test(file) ? file : join(place, file))), sizeBytes }
    return [pack.library, ...pack.preload].every((file) => existsSync(file)) ? pack : null
  } catch {
    return null
  }
}

/** The pack that `TERAKOYA_GPU_PACK` leads to: how the studio tells its engine where to look. */
export function installedPack(environment: NodeJS.ProcessEnv = process.env): InstalledPack | null {
  const folder = environment['TERAKOYA_GPU_PACK']
  return folder ? readInstalled(folder) : null
}
