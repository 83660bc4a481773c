import { output, pointersAt, stringAt, type Api, type Pointer } from './api.ts'

/**
 * A GPU or accelerator as ONNX Runtime's own device discovery sees it (DXGI on Windows, sysfs on Linux, IOKit on
 * macOS).
 */
export interface HardwareGpu {
  readonly vendorId: number
  readonly vendor: string
  /** What the system says besides, such as Description and DxgiVideoMemory on Windows. */
  readonly facts: Readonly<Record<string, string>>
}

/** OrtHardwareDeviceType */
const gpuType = 1

/** The GPUs of this machine; takes well under a millisecond. */
export function listHardwareGpus(api: Api, env: Pointer): HardwareGpu[] {
  const count = output<number>((out) => api.GetNumHardwareDevices(env, out))
  if (count === 0) return []
  const devices = new BigUint64Array(count)
  api.GetHardwareDevices(env, devices, count)
  return [...devices]
    .filter((device) => api.HardwareDevice_Type(device) === gpuType)
    .map((device) => ({
      vendorId: api.HardwareDevice_VendorId(device),
      vendor: api.HardwareDevice_Vendor(device) ?? '',
      facts: readPairs(api, api.HardwareDevice_Metadata(device)),
    }))
}

/** The execution providers that this build of the library knows, by ONNX Runtime's names. */
export function listProviders(api: Api): string[] {
  const count: [number | null] = [null]
  const names = output<Pointer>((out) => api.GetAvailableProviders(out, count))
  const list = pointersAt(names, count[0] ?? 0).map(stringAt)
  api.ReleaseAvailableProviders(names, count[0] ?? 0)
  return list
}

/** The texts of an OrtKeyValuePairs. */
export function readPairs(api: Api, pairs: Pointer): Record<string, string> {
  const [keys, values, count]: [[Pointer | null], [Pointer | null], [number | null]] = [[null], [null], [null]]
  api.GetKeyValuePairs(pairs, keys, values, count)
  const size = count[0] ?? 0
  if (size === 0) return {}
  const texts = pointersAt(values[0]!, size).map(stringAt)
  return Object.fromEntries(pointersAt(keys[0]!, size).map((key, index) => [stringAt(key), texts[index]!]))
}
