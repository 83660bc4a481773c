import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'

const fileNames: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
}

/** The file that onnxruntime-node ships; null for platforms that it does not know. */
export function shippedLibrary(
  platform: NodeJS.Platform = process.platform,
  architecture: string = process.arch,
): string | null {
  const fileName = fileNames[platform]
  if (!fileName) return null
  return unpacked(join(packageFolder(), 'bin', 'napi-v6', platform, architecture, fileName))
}

/**
 * The folder of onnxruntime-node as Node itself would find it: right from the sources, from a bundle and inside an
 * app.asar.
 */
function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
}

/** The system's loader cannot read inside an asar archive; native files lie beside it. */
export const unpacked = (file: string): string => file.replace(`${sep}app.asar${sep}`, `${sep}app.asar.unpacked${sep}`)
