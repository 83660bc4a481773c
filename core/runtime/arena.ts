import koffi from 'koffi'
import { output, pointersAt, type Api, type Pointer } from './api.ts'
import { readPairs } from './hardware.ts'

/** Memory on CUDA: a session's scratch values, or tensors. */
export interface MemoryUse {
  /** The most that was in use at once. */
  readonly peakBytes: number
  /** What was asked of the card for it, and not given back. */
  readonly reservedBytes: number
}

/** Memory is taken as it is needed, and cut to what is asked for: by itself ONNX Runtime doubles what it takes, and gives pieces away that are up to twice as large or 128 MB larger. */
const ARENA = { arena_extend_strategy: 1n, max_dead_bytes_per_chunk: 256n }
/** Left for what does not come from arenas (cuBLAS, kernels' code, recorded graphs): whoever takes all of a card's memory can do nothing more with it. */
const HEADROOM_BYTES = 0.5e9
/** Limits are rounded down to multiples of it: a configuration for each is kept for good. */
const LIMIT_STEP_BYTES = 2 ** 26
/** Where OrtCUDAProviderOptionsV2 (cuda_provider_options.h) keeps the arena's configuration; no function sets it. */
const ARENA_OFFSET = 40

const configurations = new Map<number, Pointer>()

/** Makes sessions with these CUDA options use memory exactly, and no more than `limitBytes` (0: no limit) of it for their scratch values. Setting other options undoes it. */
export function useExactArena(api: Api, options: Pointer, limitBytes: number): void {
  const limit = limitBytes === 0 ? 0 : Math.max(1, Math.floor(limitBytes / LIMIT_STEP_BYTES)) * LIMIT_STEP_BYTES
  const entries = { ...ARENA, max_mem: BigInt(limit) }
  const configuration = configurations.get(limit) ?? output<Pointer>((out) => api.CreateArenaCfgV2(Object.keys(entries), BigUint64Array.from(Object.values(entries)), Object.keys(entries).length, out))
  configurations.set(limit, configuration)
  koffi.encode(options, ARENA_OFFSET, 'void *', configuration)
}

/** What a session may take of so much free memory. */
export const arenaLimit = (freeBytes: number): number => Math.max(freeBytes / 2, freeBytes - HEADROOM_BYTES)

/** The words of an OrtAllocator since version 23: version, Alloc, Free, Info, Reserve, GetStats. */
const [WORDS, GET_STATS] = [6, 5]
const getStats = koffi.proto('void *terakoya_get_stats(void *allocator, _Out_ void **pairs)')

/** What a session of GPU 0 uses and has taken, as ONNX Runtime's arena counts it. */
export function arenaUse(api: Api, session: Pointer): MemoryUse {
  const info = output<Pointer>((out) => api.CreateMemoryInfo('Cuda', 1, 0, 0, out))
  const allocator = output<Pointer>((out) => api.CreateAllocator(session, info, out))
  const pairs = output<Pointer>((out) => void koffi.call(pointersAt(allocator, WORDS)[GET_STATS], getStats, allocator, out))
  const facts = readPairs(api, pairs)
  api.ReleaseKeyValuePairs(pairs)
  // As long as it lives, so does the arena.
  api.ReleaseAllocator(allocator)
  api.ReleaseMemoryInfo(info)
  return { peakBytes: Number(facts['MaxInUse'] ?? 0), reservedBytes: Number(facts['TotalAllocated'] ?? 0) }
}

/** What several have used and taken together. */
export function togetherInUse(parts: readonly { memoryUse(): MemoryUse }[]): MemoryUse {
  const uses = parts.map((part) => part.memoryUse())
  const sum = (bytes: (use: MemoryUse) => number) => uses.reduce((total, use) => total + bytes(use), 0)
  return { peakBytes: sum(({ peakBytes }) => peakBytes), reservedBytes: sum(({ reservedBytes }) => reservedBytes) }
}
