import { assertNever } from '../contract/errors.ts'
import type { DeviceKind } from '../contract/index.ts'
import { output, type Api, type Pointer } from './api.ts'
import { UNLIMITED, useExactArena, type ArenaOptions } from './arena.ts'
import { loadPack, loadPackNow, packIsComplete } from './pack-libraries.ts'

type ProviderOptions = Readonly<Record<string, string>>

/** ONNX Runtime's names of the execution providers, as GetAvailableProviders lists them. */
export const providerNames: Readonly<Record<DeviceKind, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
  directml: 'DmlExecutionProvider',
  coreml: 'CoreMLExecutionProvider',
}

/**
 * Makes a device's execution provider part of session options; on CUDA a session's scratch values come from such an
 * arena. Throws OrtError when it is not in this library, or has no driver or adapter, and UserError `gpu-pack/changed`.
 * The first call in a process may take long (CUDA loads hundreds of megabytes): `loadProvider` does that on another
 * thread.
 */
export function appendProvider(
  api: Api,
  options: Pointer,
  kind: DeviceKind,
  providerOptions: ProviderOptions = {},
  arena = UNLIMITED,
): void {
  if (kind === 'cpu') return
  // DirectML plans its memory itself.
  if (kind === 'directml') api.DisableMemPattern(options)
  if (kind === 'cuda') {
    loadPackNow()
    withCudaOptions(api, { entries: providerOptions, arena }, (cuda) =>
      api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda),
    )
    return packIsComplete()
  }
  const { name, entries } = genericProvider(kind, providerOptions)
  api.SessionOptionsAppendExecutionProvider(
    options,
    name,
    Object.keys(entries),
    Object.values(entries),
    Object.keys(entries).length,
  )
}

/**
 * Loads a device's provider, driver and adapter into the process on another thread. Rejects as `appendProvider` throws.
 */
export async function loadProvider(api: Api, kind: DeviceKind): Promise<void> {
  if (kind === 'cpu') return
  if (kind === 'cuda') await loadPack()
  const options = output<Pointer>((out) => api.CreateSessionOptions(out))
  try {
    if (kind === 'cuda') {
      await withCudaOptions(api, { entries: {}, arena: UNLIMITED }, (cuda) =>
        api.SessionOptionsAppendExecutionProvider_CUDA_V2.async(null, options, cuda),
      )
      return packIsComplete()
    }
    const { name, entries } = genericProvider(kind, {})
    await api.SessionOptionsAppendExecutionProvider.async(
      null,
      options,
      name,
      Object.keys(entries),
      Object.values(entries),
      Object.keys(entries).length,
    )
  } finally {
    api.ReleaseSessionOptions(options)
  }
}

function genericProvider(
  kind: Exclude<DeviceKind, 'cpu' | 'cuda'>,
  entries: ProviderOptions,
): { name: string; entries: ProviderOptions } {
  switch (kind) {
    case 'webgpu':
      return { name: 'WebGPU', entries }
    case 'directml':
      return { name: 'DML', entries }
    case 'coreml':
      return { name: 'CoreML', entries: { ModelFormat: 'MLProgram', ...entries } }
    default:
      return assertNever(kind)
  }
}

/**
 * float32 is float32: TF32 keeps 10 of its 23 bits. The GPU pack brings no cuDNN: where a computer has it, its kernels
 * must not be chosen, which were tested nowhere else.
 */
const CUDA_OPTIONS = { use_tf32: '0', enable_cudnn: '0' }

/**
 * For whoever has checked and loaded the GPU pack just now. Frees the options after a call that blocks, or when the
 * call on another thread has ended.
 */
function withCudaOptions<R extends void | Promise<void>>(
  api: Api,
  { entries, arena }: { readonly entries: ProviderOptions; readonly arena: ArenaOptions },
  use: (cuda: Pointer) => R,
): R {
  const cuda = output<Pointer>((out) => api.CreateCUDAProviderOptions(out))
  const free = () => api.ReleaseCUDAProviderOptions(cuda)
  let result: R | undefined
  try {
    const all = { ...CUDA_OPTIONS, ...entries }
    api.UpdateCUDAProviderOptions(cuda, Object.keys(all), Object.values(all), Object.keys(all).length)
    useExactArena(api, cuda, arena)
    result = use(cuda)
    return (result instanceof Promise ? result.finally(free) : result) as R
  } finally {
    if (!(result instanceof Promise)) free()
  }
}
