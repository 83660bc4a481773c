// Where npm has put llama.cpp's libraries for this system.
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { unpacked } from '../gpu-pack/shipped-library.ts'

/** Packages of node-llama-cpp by platform, without those for CUDA and Vulkan. */
const packages: Readonly<Record<string, string>> = {
  'linux x64': 'linux-x64',
  'darwin arm64': 'mac-arm64-metal',
  'darwin x64': 'mac-x64',
  'win32 arm64': 'win-arm64',
  'win32 x64': 'win-x64',
}

export interface LibraryFiles {
  readonly folder: string
  readonly base: string
  readonly ggml: string
  readonly llama: string
}

/** The libraries' names with and without a release: libllama.v0.4.0.so, llama.dll. */
const FILES = {
  base: /^(lib)?ggml-base(\.v[\d.]+)?\.(so|dylib|dll)$/,
  ggml: /^(lib)?ggml(\.v[\d.]+)?\.(so|dylib|dll)$/,
  llama: /^(lib)?llama(\.v[\d.]+)?\.(so|dylib|dll)$/,
} as const

/** Whether there is a package for this platform, installed or not. */
export const hasPlatformPackage = (platform = process.platform, architecture = process.arch): boolean =>
  `${platform} ${architecture}` in packages

/** llama.cpp's libraries of this installation. Throws UserError 'llama-cpp/missing' {platform}. */
export function findLibraries(platform = process.platform, architecture = process.arch): LibraryFiles {
  const folder = folderOf(packages[`${platform} ${architecture}`])
  const names = folder && existsSync(folder) ? readdirSync(folder) : []
  const [base, ggml, llama] = [FILES.base, FILES.ggml, FILES.llama].map((file) => names.find((name) => file.test(name)))
  if (!folder || !base || !ggml || !llama)
    throw new UserError('llama-cpp/missing', { platform: `${platform} ${architecture}` })
  return { folder, base: join(folder, base), ggml: join(folder, ggml), llama: join(folder, llama) }
}

function folderOf(name: string | undefined): string | null {
  if (name === undefined) return null
  try {
    const entry = createRequire(import.meta.url).resolve(`@node-llama-cpp/${name}`)
    return unpacked(join(dirname(dirname(entry)), 'bins', name))
  } catch {
    // Not installed: it is optional.
    return null
  }
}
