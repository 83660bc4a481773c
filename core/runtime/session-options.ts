import type { DeviceKind } from '../contract/index.ts'
import { output, type Api, type Pointer } from './api.ts'
import { arenaFor, type ArenaKind } from './arena.ts'
import { freeCudaBytes } from './cuda-driver.ts'
import { registerOps, type CustomOp, type RegisteredOps } from './custom-ops.ts'
import { appendProvider, providerNames } from './provider.ts'
import type { DeviceTensor } from './tensor.ts'
import { defaultThreadCount } from '../processes/threads.ts'

/** GraphOptimizationLevel of the C API. */
const optimizationLevels = { none: 0, basic: 1, extended: 2, all: 99 } as const

export interface SessionOptions {
  /** Folder that the model's external weight files are relative to. */
  readonly weightsFolder?: string
  /** Threads for one operator; the machine's physical cores unless given. */
  readonly threads?: number
  /** Rewrites of the graph before it runs; 'all' unless given. */
  readonly optimization?: keyof typeof optimizationLevels
  /**
   * Keep constant matrices also in the layout that the kernels like best: faster, but twice the memory. True unless
   * given.
   */
  readonly prepack?: boolean
  /**
   * During a run, threads wait for the next operator awake: about twice as fast for small operators. True unless given.
   */
  readonly spinning?: boolean
  /** Plan memory by the first run's shapes; false suits runs whose shapes change each time. True unless given. */
  readonly memoryPattern?: boolean
  /** Keep freed scratch memory for the next run. True unless given. */
  readonly arena?: boolean
  /** How scratch memory on CUDA is taken; 'pieces' unless given. */
  readonly gpuArena?: ArenaKind
  /** Treat the tiniest numbers (< 1e-38) as zero: they are slow on processors. False unless given. */
  readonly flushDenormals?: boolean
  /** Only kernels that give the same bits each time. False unless given. */
  readonly deterministic?: boolean
  /**
   * Use these tensors for the graph's initializers of the same name, instead of a copy for each session. The session
   * keeps them in use.
   */
  readonly initializers?: Readonly<Record<string, DeviceTensor>>
  /** Writes a Chrome trace of every operator, to a file that begins with this path. */
  readonly profilePrefix?: string
  /**
   * Record each binding's first run as a CUDA graph and replay it from then on: no cost for each operator. All shapes
   * must be fixed and every input be on the GPU. Ignored on other devices.
   */
  readonly cudaGraph?: boolean
  /** Options of the device's execution provider, such as { prefer_nhwc: '1' }. */
  readonly providerOptions?: Readonly<Record<string, string>>
  /** Further entries of ONNX Runtime's session configuration. */
  readonly configEntries?: Readonly<Record<string, string>>
  /** Operators of the domain `terakoya` that the graph uses. */
  readonly customOps?: readonly CustomOp[]
  /** Stops loading; `createSession` then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Runs `use` with a native OrtSessionOptions made from ours, and frees it in the end. Throws OrtError when the provider
 * cannot be had.
 */
export async function withSessionOptions<R>(
  api: Api,
  kind: DeviceKind,
  options: SessionOptions,
  use: (native: Pointer, ops: RegisteredOps | null) => Promise<R>,
): Promise<R> {
  const native = output<Pointer>((out) => api.CreateSessionOptions(out))
  try {
    applyOptions(api, native, options)
    appendProvider(
      api,
      native,
      kind,
      { ...(kind === 'cuda' && options.cudaGraph && { enable_cuda_graph: '1' }), ...options.providerOptions },
      kind === 'cuda' ? arenaFor(options.gpuArena ?? 'pieces', freeCudaBytes()) : undefined,
    )
    return await use(
      native,
      options.customOps ? registerOps(api, native, providerNames[kind], options.customOps) : null,
    )
  } finally {
    api.ReleaseSessionOptions(native)
  }
}

function applyOptions(api: Api, native: Pointer, options: SessionOptions): void {
  api.SetSessionGraphOptimizationLevel(native, optimizationLevels[options.optimization ?? 'all'])
  api.SetIntraOpNumThreads(native, options.threads ?? defaultThreadCount())
  if (options.memoryPattern === false) api.DisableMemPattern(native)
  if (options.arena === false) api.DisableCpuMemArena(native)
  if (options.deterministic) api.SetDeterministicCompute(native, true)
  if (options.profilePrefix) api.EnableProfiling(native, options.profilePrefix)
  for (const [key, value] of Object.entries(configOf(options))) api.AddSessionConfigEntry(native, key, value)
  for (const [name, tensor] of Object.entries(options.initializers ?? {}))
    api.AddInitializer(native, name, tensor.value)
}

/**
 * ONNX Runtime's session configuration: https://github.com/microsoft/onnxruntime,
 * onnxruntime_session_options_config_keys.h
 */
function configOf(options: SessionOptions): Record<string, string> {
  // It makes one Split of several Slices. On CUDA a Split hands the addresses of its parts over in memory that a later
  // run overwrites: a captured one then writes anywhere.
  const entries: Record<string, string> = { 'optimization.disable_specified_optimizers': 'GatherSliceToSplitFusion' }
  if (options.weightsFolder) entries['session.model_external_initializers_file_folder_path'] = options.weightsFolder
  if (options.prepack === false) entries['session.disable_prepacking'] = '1'
  if (options.spinning === false) entries['session.intra_op.allow_spinning'] = '0'
  // Otherwise a session's threads keep a core busy for tens of milliseconds after each run: under the window's and
  // other sessions' feet.
  else entries['session.force_spinning_stop'] = '1'
  if (options.flushDenormals) entries['session.set_denormal_as_zero'] = '1'
  return { ...entries, ...options.configEntries }
}
