import { UserError, type GpuPackPart } from '../contract/index.ts'
import type { Checksum } from '../net/repository.ts'
import type { Library, PackPlatform } from './components.ts'
import { findOnSystem } from './system-libraries.ts'

const NVIDIA_FOLDER = 'https://developer.download.nvidia.com/compute/cuda/redist/'
/** Folders under the address in TERAKOYA_GPU_PACK_SOURCE, for networks with a mirror of their own. */
const MIRROR = { npm: 'npm/', nvidia: 'nvidia/' }

/** One archive to bring. */
export interface Download {
  readonly name: string
  readonly url: URL
  readonly fileName: string
  readonly sizeBytes: number
  readonly checksum: Checksum
  /** How the names of the files begin that are taken from it. */
  readonly files: readonly string[]
}

export interface PackPlan {
  readonly downloads: readonly Download[]
  /** What the system has of NVIDIA's libraries: its first file. */
  readonly found: readonly { readonly library: Library; readonly file: string }[]
}

export const partsOf = ({ downloads, found }: PackPlan): GpuPackPart[] => [
  ...downloads.map(({ name, sizeBytes }) => ({ name, sizeBytes, foundAt: null })),
  ...found.map(({ library, file }) => ({ name: library.component, sizeBytes: 0, foundAt: file })),
]

/**
 * What must be brought, with sizes and checksums: our own list tells them, nobody is asked. Throws UserError
 * `gpu-pack/npm-missing`.
 */
export function planPack({ provider, libraries }: PackPlatform, environment: NodeJS.ProcessEnv): PackPlan {
  const looked = libraries.map((library) => ({ library, file: findOnSystem(library, environment)?.[0] }))
  return {
    downloads: [
      providerDownload(provider, environment),
      ...looked.flatMap(({ library, file }) => (file === undefined ? [nvidiaDownload(library, environment)] : [])),
    ],
    found: looked.flatMap(({ library, file }) => (file === undefined ? [] : [{ library, file }])),
  }
}

function providerDownload(
  { name, version, sizeBytes, sha512, files }: PackPlatform['provider'],
  environment: NodeJS.ProcessEnv,
): Download {
  const fileName = `${name}-${version}.tgz`
  return {
    name: 'ONNX Runtime CUDA',
    url: new URL(`${name}/-/${fileName}`, npmAddress(environment)),
    fileName,
    sizeBytes,
    checksum: { kind: 'sha512', hex: sha512 },
    files: files.map((file) => file.name),
  }
}

function nvidiaDownload(
  { component, archive: { path, sizeBytes, sha256 }, files }: Library,
  environment: NodeJS.ProcessEnv,
): Download {
  const mirror = environment['TERAKOYA_GPU_PACK_SOURCE']
  const folder = mirror ? `${withSlash(mirror)}${MIRROR.nvidia}` : NVIDIA_FOLDER
  return {
    name: component,
    url: new URL(path, folder),
    fileName: path.split('/').at(-1) as string,
    sizeBytes,
    checksum: { kind: 'sha256', hex: sha256 },
    files,
  }
}

/** What npm says where the studio is built (electron.vite.config.ts). */
declare const __NPM_ADDRESS__: string | undefined

/** Where npm's packages are. Throws UserError where nobody has told. */
function npmAddress(environment: NodeJS.ProcessEnv): string {
  const mirror = environment['TERAKOYA_GPU_PACK_SOURCE']
  if (mirror) return `${withSlash(mirror)}${MIRROR.npm}`
  const told = environment['npm_config_registry'] ?? (typeof __NPM_ADDRESS__ === 'string' ? __NPM_ADDRESS__ : '')
  if (!URL.canParse(told)) throw new UserError('gpu-pack/npm-missing')
  return withSlash(told)
}

const withSlash = (address: string): string => (address.endsWith('/') ? address : `${address}/`)
