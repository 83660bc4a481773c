import type { DeviceKind } from '../contract/index.ts'
import { output, type Api, type Pointer } from './api.ts'
import { appendProvider, loadProvider } from './provider.ts'

/** y = Identity(x), x a float32 vector, as an ONNX protobuf (ir version 8, opset 13). */
const identityModel = Uint8Array.from([
  0x08,
  8,
  0x3a,
  50,
  0x0a,
  16,
  0x0a,
  1,
  0x78,
  0x12,
  1,
  0x79,
  0x22,
  8,
  ...new TextEncoder().encode('Identity'),
  0x12,
  0,
  0x5a,
  13,
  0x0a,
  1,
  0x78,
  0x12,
  8,
  0x0a,
  6,
  0x08,
  1,
  0x12,
  2,
  0x0a,
  0,
  0x62,
  13,
  0x0a,
  1,
  0x79,
  0x12,
  8,
  0x0a,
  6,
  0x08,
  1,
  0x12,
  2,
  0x0a,
  0,
  0x42,
  2,
  0x10,
  13,
])

/**
 * An empty session on a GPU that lives as long as the device: it keeps driver and adapter open, and on WebGPU memory
 * for tensors comes from its allocator. This one does the slow parts on another thread. Rejects with OrtError.
 */
export async function openHomeSession(api: Api, env: Pointer, kind: DeviceKind): Promise<Pointer> {
  await loadProvider(api, kind)
  const options = homeOptions(api, kind)
  try {
    const out: [Pointer | null] = [null]
    await api.CreateSessionFromArray.async(null, env, identityModel, identityModel.byteLength, options, out)
    return out[0]!
  } finally {
    api.ReleaseSessionOptions(options)
  }
}

/** The same at once, for whoever makes a tensor before the device was made ready. Throws OrtError. */
export function openHomeSessionNow(api: Api, env: Pointer, kind: DeviceKind): Pointer {
  const options = homeOptions(api, kind)
  try {
    return output<Pointer>((out) =>
      api.CreateSessionFromArray(env, identityModel, identityModel.byteLength, options, out),
    )
  } finally {
    api.ReleaseSessionOptions(options)
  }
}

function homeOptions(api: Api, kind: DeviceKind): Pointer {
  const options = output<Pointer>((out) => api.CreateSessionOptions(out))
  try {
    api.SetIntraOpNumThreads(options, 1)
    appendProvider(api, options, kind)
    return options
  } catch (error) {
    api.ReleaseSessionOptions(options)
    throw error
  }
}
