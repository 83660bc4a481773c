import { existsSync } from 'node:fs'
import { UserError, type Result } from '../contract/errors.ts'
import { packPlatform } from '../gpu-pack/components.ts'
import { shippedLibrary } from '../gpu-pack/shipped-library.ts'
import { changedCopy, readInstalled, type InstalledPack, type PackPlace } from '../gpu-pack/installed.ts'

type PackParts = Pick<PackPlace, 'platform' | 'shippedLibrary'>
const ownParts = (): PackParts => ({ platform: packPlatform(), shippedLibrary: shippedLibrary() })

/**
 * The GPU pack that `TERAKOYA_GPU_PACK` leads to, as `readInstalled` finds it: how the studio tells its engine where to
 * look.
 */
export function installedPack(
  environment: NodeJS.ProcessEnv = process.env,
  parts = ownParts(),
): Result<InstalledPack> | null {
  const folder = environment['TERAKOYA_GPU_PACK']
  return folder ? readInstalled({ folder, environment, ...parts }) : null
}

/**
 * The file of ONNX Runtime to load: the one that `ORT_LIBRARY` names, else the copy in the GPU pack where that is a
 * copy indeed (the provider is looked for beside it), else the one that onnxruntime-node ships for this platform.
 * Throws UserError 'runtime/library-missing' where there is none.
 */
export function findLibrary(environment: NodeJS.ProcessEnv = process.env, parts = ownParts()): string {
  const pack = environment['ORT_LIBRARY'] ? null : installedPack(environment, parts)
  const copy = pack?.ok && changedCopy(pack.value) === null ? pack.value.library : null
  const file = environment['ORT_LIBRARY'] || copy || parts.shippedLibrary
  if (file && existsSync(file)) return file
  throw new UserError('runtime/library-missing', { file: file ?? '', platform: `${process.platform} ${process.arch}` })
}
