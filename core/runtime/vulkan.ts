import koffi from 'koffi'
import type { Pointer } from './api.ts'
import { loadNative } from './native-library.ts'

/** A GPU as Vulkan names it. */
export interface VulkanGpu {
  readonly name: string
  readonly memoryBytes: number
  /** True for a renderer made of software, such as SwiftShader or llvmpipe. */
  readonly software: boolean
  readonly discrete: boolean
}

/** Places in Vulkan's structures, in bytes (64-bit ABI). */
const instanceInfoBytes = 64
const instanceInfoType = 1
const properties = { sizeBytes: 1024, deviceType: 16, name: 20, nameBytes: 256 }
/** VkPhysicalDeviceMemoryProperties: heapCount, then heaps of { size: u64, flags: u32, padding }. */
const memory = { sizeBytes: 520, heapCount: 260, heaps: 264, heapBytes: 16, flags: 8, deviceLocal: 1 }
/** VkPhysicalDeviceType */
const discreteGpu = 2
const processor = 4

/**
 * The GPUs that Vulkan offers: on Linux these are the ones that WebGPU can use. Returns null where Vulkan is not
 * installed, [] where it has no device. The instance stays open: destroying it unloads NVIDIA's driver, and the process
 * then crashes at its end.
 */
export async function findVulkanGpus(): Promise<VulkanGpu[] | null> {
  const vulkan = openVulkan()
  const instance = vulkan && (await vulkan.createInstance())
  if (!vulkan || instance === null) return null
  const count: [number | null] = [0]
  vulkan.enumerate(instance, count, null)
  const found = new BigUint64Array(Math.max(1, count[0] ?? 0))
  vulkan.enumerate(instance, count, found)
  return [...found.subarray(0, count[0] ?? 0)].map((device) => readGpu(vulkan, device))
}

type Vulkan = NonNullable<ReturnType<typeof openVulkan>>

function openVulkan() {
  try {
    const library = loadNative('libvulkan.so.1')
    const create = library.func('vkCreateInstance', 'int', ['void *', 'void *', koffi.out('void **')])
    return {
      /** Loads the drivers: on another thread. */
      createInstance: () =>
        new Promise<Pointer | null>((resolve) => {
          const info = new Uint8Array(new ArrayBuffer(instanceInfoBytes))
          new DataView(info.buffer).setUint32(0, instanceInfoType, true)
          const out: [Pointer | null] = [null]
          create.async(info, null, out, (error: unknown, code: number) =>
            resolve(!error && code === 0 && info ? out[0] : null),
          )
        }),
      enumerate: library.func('vkEnumeratePhysicalDevices', 'int', ['void *', koffi.inout('uint *'), 'void *']),
      getProperties: library.func('vkGetPhysicalDeviceProperties', 'void', ['void *', 'void *']),
      getMemory: library.func('vkGetPhysicalDeviceMemoryProperties', 'void', ['void *', 'void *']),
    }
  } catch {
    // Vulkan is not installed.
    return null
  }
}

function readGpu(vulkan: Vulkan, device: Pointer): VulkanGpu {
  const facts = new DataView(new ArrayBuffer(properties.sizeBytes))
  const heaps = new DataView(new ArrayBuffer(memory.sizeBytes))
  vulkan.getProperties(device, facts.buffer)
  vulkan.getMemory(device, heaps.buffer)
  const type = facts.getUint32(properties.deviceType, true)
  const name = new Uint8Array(facts.buffer, properties.name, properties.nameBytes)
  return {
    name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
    memoryBytes: largestHeap(heaps),
    software: type === processor,
    discrete: type === discreteGpu,
  }
}

function largestHeap(heaps: DataView): number {
  const sizes = Array.from({ length: heaps.getUint32(memory.heapCount, true) }, (_, index) => {
    const at = memory.heaps + index * memory.heapBytes
    const local = (heaps.getUint32(at + memory.flags, true) & memory.deviceLocal) !== 0
    return local ? Number(heaps.getBigUint64(at, true)) : 0
  })
  return Math.max(0, ...sizes)
}
