import { z } from 'zod'
import { UserError, type GpuPackPart } from '../contract/index.ts'
import type { Checksum } from '../hub/repository.ts'
import type { HubClient } from '../hub/hub-client.ts'
import type { Library, PackPlatform } from './components.ts'
import { findOnSystem } from './system-libraries.ts'

/** NVIDIA's list of the libraries of a CUDA version, with sizes and checksums. */
const NVIDIA_FOLDER = 'https://developer.download.nvidia.com/compute/cuda/redist/'
const NVIDIA_LIST = 'redistrib_13.0.2.json'
/** Folders under the address in TERAKOYA_GPU_PACK_SOURCE, for networks with a mirror of their own. */
const MIRROR = { npm: 'npm/', nvidia: 'nvidia/' }

const Archive = z.object({ relative_path: z.string().regex(/^[\w./-]+$/), sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.coerce.number().int().positive() })

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
  /** NVIDIA's libraries in the order in which they are loaded: what the system has, or how the names begin of files that will be in the pack. */
  readonly libraries: readonly { readonly library: Library; readonly onSystem: readonly string[] | null }[]
}

export const partsOf = ({ downloads, libraries }: PackPlan): GpuPackPart[] => [
  ...downloads.map(({ name, sizeBytes }) => ({ name, sizeBytes, foundAt: null })),
  ...libraries.flatMap(({ library, onSystem }) => (onSystem ? [{ name: library.component, sizeBytes: 0, foundAt: onSystem[0] as string }] : [])),
]

/** What must be brought, with its size: asks NVIDIA's list where the system lacks one of its libraries. Throws UserErrors. */
export async function planPack(platform: PackPlatform, client: HubClient, environment: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<PackPlan> {
  const libraries = platform.libraries.map((library) => ({ library, onSystem: findOnSystem(library, environment) }))
  const missing = libraries.filter(({ onSystem }) => onSystem === null).map(({ library }) => library)
  const fromNvidia = missing.length > 0 ? await nvidiaDownloads(platform, missing, client, environment, signal) : []
  return { downloads: [providerDownload(platform, environment), ...fromNvidia], libraries }
}

function providerDownload({ provider: { name, version, sizeBytes, sha512, files } }: PackPlatform, environment: NodeJS.ProcessEnv): Download {
  const fileName = `${name}-${version}.tgz`
  return { name: 'ONNX Runtime CUDA', url: new URL(`${name}/-/${fileName}`, npmAddress(environment)), fileName, sizeBytes, checksum: { kind: 'sha512', hex: sha512 }, files }
}

async function nvidiaDownloads({ nvidia }: PackPlatform, missing: readonly Library[], client: HubClient, environment: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Download[]> {
  const mirror = environment['TERAKOYA_GPU_PACK_SOURCE']
  const folder = new URL(mirror ? `${withSlash(mirror)}${MIRROR.nvidia}` : NVIDIA_FOLDER)
  const list = await client.json(new URL(NVIDIA_LIST, folder), z.record(z.string(), z.unknown()), signal ? { signal } : {})
  return missing.map(({ component, files }) => {
    const entry = z.looseObject({ [nvidia]: Archive }).safeParse(list[component])
    if (!entry.success) throw new UserError('gpu-pack/source', { host: folder.host, found: component })
    const { relative_path, sha256, size } = entry.data[nvidia] as z.infer<typeof Archive>
    return { name: component, url: new URL(relative_path, folder), fileName: relative_path.split('/').at(-1) as string, sizeBytes: size, checksum: { kind: 'sha256', hex: sha256 }, files }
  })
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
