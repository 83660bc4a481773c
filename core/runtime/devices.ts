import { existsSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { assertNever, UserError } from '../contract/errors.ts'
import type { ChoiceReason, DeviceInfo, DeviceKind, DeviceReason } from '../contract/index.ts'
import type { Api, Pointer } from './api.ts'
import { listHardwareGpus, listProviders, type HardwareGpu } from './hardware.ts'
import { findNvidiaDriver, type NvidiaDriver } from './nvml.ts'
import { findNvrtc } from './nvrtc.ts'
import { loadPack } from './pack-libraries.ts'
import { loadProvider, providerNames } from './provider.ts'
import { findVulkanGpus, type VulkanGpu } from './vulkan.ts'

/** The kinds of device that can exist on a platform, best first. */
const kindsOf: Partial<Record<NodeJS.Platform, readonly DeviceKind[]>> = {
  linux: ['cuda', 'webgpu', 'cpu'],
  win32: ['cuda', 'webgpu', 'directml', 'cpu'],
  darwin: ['webgpu', 'coreml', 'cpu'],
}
/** Recommended where usable. DirectML and CoreML can be chosen but copy every tensor in every run. */
const preference: readonly DeviceKind[] = ['cuda', 'webgpu']
const nvidiaVendorId = 0x10de
/** What can be computed with nevertheless. */
const SLOWER: readonly DeviceReason[] = ['software-adapter', 'compiler-missing', 'gpu-busy']
/** The CUDA that the provider was built for. */
const CUDA_VERSION = 13_000
/** A GPU with less of its memory left is busy with other things. */
const BUSY_SHARE = 0.25

const providerFile =
  process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so'

/** What a probe looks at. */
export interface Machine {
  readonly api: Api
  readonly env: Pointer
  readonly libraryFile: string
}

interface Gpus {
  readonly hardware: readonly HardwareGpu[]
  /** null: no driver. */
  readonly nvidia: NvidiaDriver | null
  /** null: Vulkan is not installed, or this is not Linux. */
  readonly vulkan: readonly VulkanGpu[] | null
}

/**
 * The devices that this platform can have, each usable or with the reason why not, best first. Slow parts (drivers) run
 * on other threads; nothing throws where hardware, driver or provider is absent.
 */
export async function detectDevices(machine: Machine): Promise<DeviceInfo[]> {
  const providers = listProviders(machine.api)
  const [nvidia, vulkan] = await Promise.all([
    findNvidiaDriver(),
    process.platform === 'linux' ? findVulkanGpus() : null,
  ])
  const gpus: Gpus = { hardware: listHardwareGpus(machine.api, machine.env), nvidia, vulkan }
  const kinds = kindsOf[process.platform] ?? ['cpu']
  const devices: DeviceInfo[] = []
  for (const kind of kinds) {
    const facts = describe(kind, gpus)
    const reason = providers.includes(providerNames[kind]) ? await whyUnusable(machine, kind, gpus) : 'provider-missing'
    const file = reason === 'pack-changed' ? await changedPackFile() : null
    devices.push({
      kind,
      ...facts,
      available: reason === null || SLOWER.includes(reason),
      ...(reason && { reason }),
      ...(file !== null && { file }),
    })
  }
  return devices
}

/** The device to use unless the user chooses: the fastest GPU that works, else the processor. */
export function recommendDevice(devices: readonly DeviceInfo[]): {
  readonly kind: DeviceKind
  readonly reason: ChoiceReason
} {
  const best = preference.find((kind) =>
    devices.some((device) => device.kind === kind && device.available && device.reason !== 'software-adapter'),
  )
  if (best) return { kind: best, reason: 'fastest-gpu' }
  const unusable = devices.some(
    ({ kind, reason }) =>
      kind !== 'cpu' && reason !== 'no-adapter' && reason !== 'software-adapter' && reason !== undefined,
  )
  return { kind: 'cpu', reason: unusable ? 'gpu-unusable' : 'no-gpu' }
}

async function whyUnusable(machine: Machine, kind: DeviceKind, gpus: Gpus): Promise<DeviceReason | null> {
  switch (kind) {
    case 'cpu':
      return null
    case 'cuda':
      return whyNoCuda(machine, gpus)
    case 'webgpu':
    case 'directml':
    case 'coreml':
      // WebGPU on Linux is Vulkan: asking without it only prints a warning.
      if (process.platform === 'linux' && gpus.vulkan === null)
        return gpus.nvidia ? 'vulkan-missing' : whyNoAdapter(gpus)
      return (await loads(machine.api, kind))
        ? isSoftware(kind, gpus)
          ? 'software-adapter'
          : null
        : whyNoAdapter(gpus)
    default:
      return assertNever(kind)
  }
}

async function whyNoCuda(machine: Machine, gpus: Gpus): Promise<DeviceReason | null> {
  if (!gpus.nvidia || gpus.nvidia.gpus.length === 0) return hasNvidiaHardware(gpus) ? 'driver-missing' : 'no-adapter'
  return cudaReason(gpus.nvidia, {
    isPackTrue: async () => (await changedPackFile()) === null,
    hasProvider: existsSync(join(dirname(machine.libraryFile), providerFile)),
    loads: () => loads(machine.api, 'cuda'),
    hasCompiler: () => findNvrtc() !== null,
  })
}

/** The file of the GPU pack that is not what was brought; null where all are, or there is no pack. */
const changedPackFile = (): Promise<string | null> =>
  loadPack().then(
    () => null,
    (error: unknown) =>
      error instanceof UserError && error.error.code === 'gpu-pack/changed' ? String(error.error.facts['file']) : null,
  )

/** What CUDA finds besides a GPU and its driver. */
export interface CudaParts {
  /** Whether the GPU pack, where there is one, is what was brought. */
  readonly isPackTrue: () => Promise<boolean>
  readonly hasProvider: boolean
  /** Whether the provider finds NVIDIA's own libraries. */
  readonly loads: () => Promise<boolean>
  readonly hasCompiler: () => boolean
}

/** Why CUDA cannot be used, or only at a price; null where all is well. */
export async function cudaReason(
  { gpus, cudaVersion }: NvidiaDriver,
  { isPackTrue, hasProvider, loads, hasCompiler }: CudaParts,
): Promise<DeviceReason | null> {
  if (cudaVersion < CUDA_VERSION) return 'driver-outdated'
  if (!(await isPackTrue())) return 'pack-changed'
  if (!hasProvider) return 'provider-missing'
  if (!(await loads())) return 'library-missing'
  if (!hasCompiler()) return 'compiler-missing'
  const [first] = gpus
  return first && first.freeMemoryBytes < BUSY_SHARE * first.memoryBytes ? 'gpu-busy' : null
}

const whyNoAdapter = (gpus: Gpus): DeviceReason =>
  gpus.hardware.length > 0 || gpus.nvidia?.gpus.length ? 'driver-missing' : 'no-adapter'

const hasNvidiaHardware = (gpus: Gpus): boolean =>
  gpus.hardware.some(({ vendorId }) => vendorId === nvidiaVendorId) || existsSync('/proc/driver/nvidia/version')

const isSoftware = (kind: DeviceKind, gpus: Gpus): boolean =>
  kind === 'webgpu' && gpus.vulkan !== null && gpus.vulkan.length > 0 && gpus.vulkan.every(({ software }) => software)

const loads = (api: Api, kind: DeviceKind): Promise<boolean> =>
  loadProvider(api, kind).then(
    () => true,
    () => false,
  )

/** The name and memory of the GPU behind a kind of device. */
function describe(kind: DeviceKind, gpus: Gpus): Pick<DeviceInfo, 'name' | 'memoryBytes' | 'freeMemoryBytes'> {
  const processor = { name: cpus()[0]?.model.trim() ?? process.arch, memoryBytes: totalmem() }
  if (kind === 'cpu') return processor
  if (kind === 'cuda') return gpus.nvidia?.gpus[0] ?? { name: 'NVIDIA GPU' }
  // Apple's chips are one name and one memory for both.
  if (process.platform === 'darwin') return processor
  const adapter = gpus.vulkan && ([...gpus.vulkan].sort((a, b) => Number(b.discrete) - Number(a.discrete))[0] ?? null)
  if (adapter) return { name: adapter.name, memoryBytes: adapter.memoryBytes }
  return describeHardware(gpus.hardware) ?? gpus.nvidia?.gpus[0] ?? { name: 'GPU' }
}

/** What Windows (DXGI) says of the first GPU. */
function describeHardware(hardware: readonly HardwareGpu[]): { name: string; memoryBytes?: number } | null {
  const first = hardware[0]
  if (!first) return null
  const megabytes = /^(\d+)/.exec(first.facts['DxgiVideoMemory'] ?? '')?.[1]
  return {
    name: first.facts['Description'] ?? (first.vendor || 'GPU'),
    ...(megabytes && { memoryBytes: Number(megabytes) * 2 ** 20 }),
  }
}
