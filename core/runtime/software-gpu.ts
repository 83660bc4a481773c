import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadNative } from './native-library.ts'
import { openRuntime, type Runtime } from './runtime.ts'

/** SwiftShader, a GPU made of software, and its Vulkan loader come with Electron and with Debian's chromium. */
const folders = [dirname(process.execPath), '/usr/lib/chromium']

/**
 * For tests: the runtime with a WebGPU device even on a machine without a GPU. Returns null where SwiftShader is not
 * installed. Call it before anything else uses WebGPU.
 */
export function openRuntimeWithSoftwareGpu(): Runtime | null {
  const runtime = openRuntime()
  const folder = folders.find(
    (candidate) =>
      existsSync(join(candidate, 'vk_swiftshader_icd.json')) && existsSync(join(candidate, 'libvulkan.so.1')),
  )
  if (!folder) return null
  process.env['VK_ICD_FILENAMES'] = join(folder, 'vk_swiftshader_icd.json')
  process.env['XDG_RUNTIME_DIR'] ??= '/tmp'
  loadNative(join(folder, 'libvulkan.so.1'), { global: true })
  return runtime
}
