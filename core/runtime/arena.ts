import koffi from 'koffi'
import { output, pointersAt, type Api, type Pointer } from './api.ts'
import { readPairs } from './hardware.ts'

/** Memory on a device: a session's scratch values and own weights, or tensors. */
export interface MemoryUse {
  /** The most that was in use at once. */
  readonly peakBytes: number
  /** What was asked of the card for it, and not given back. */
  readonly reservedBytes: number
}

/**
 * How a session takes its scratch memory: in pieces as they are asked for; or in few large blocks, where memory is
 * short: pieces for one shape of batches do not fit the next larger one.
 */
export type ArenaKind = 'pieces' | 'blocks'

/**
 * Cut to what is asked for: by itself ONNX Runtime gives pieces away that are up to twice as large or 128 MB larger.
 */
const EXACT = { max_dead_bytes_per_chunk: 256n }
const [DOUBLED, AS_ASKED] = [0n, 1n]
/** ONNX Runtime keeps the size of the first block in an int; a later one is larger only where a single value is. */
const [FIRST_BLOCK_BYTES, BLOCK_BYTES] = [2 ** 31 - 2 ** 20, 2 ** 31]
/**
 * Left for what does not come from arenas (cuBLAS, kernels' code, captured CUDA graphs): whoever takes all of a card's
 * memory can do nothing more with it. Where memory was short before, some of that is taken already.
 */
const HEADROOM_BYTES: Readonly<Record<ArenaKind, number>> = { pieces: 0.5e9, blocks: 0.3e9 }
/** Limits are rounded down to multiples of it: a configuration for each is kept for good. */
const LIMIT_STEP_BYTES = 2 ** 26
/** Where OrtCUDAProviderOptionsV2 (cuda_provider_options.h) keeps the arena's configuration; no function sets it. */
const ARENA_OFFSET = 40

const configurations = new Map<string, Pointer>()

export interface ArenaOptions {
  readonly kind: ArenaKind
  /** 0: no limit. */
  readonly limitBytes: number
}

/**
 * Makes sessions with these CUDA options use memory exactly for their scratch values. Setting other options undoes it.
 */
export function useExactArena(api: Api, options: Pointer, { kind, limitBytes }: ArenaOptions): void {
  const limit = limitBytes === 0 ? 0 : Math.max(1, Math.floor(limitBytes / LIMIT_STEP_BYTES)) * LIMIT_STEP_BYTES
  const blocks = {
    arena_extend_strategy: DOUBLED,
    initial_chunk_size_bytes: BigInt(Math.min(limit, FIRST_BLOCK_BYTES)),
    max_power_of_two_extend_bytes: BigInt(BLOCK_BYTES),
  }
  const entries = {
    ...EXACT,
    max_mem: BigInt(limit),
    ...(kind === 'blocks' ? blocks : { arena_extend_strategy: AS_ASKED }),
  }
  const key = `${kind} ${limit}`
  const configuration =
    configurations.get(key) ??
    output<Pointer>((out) =>
      api.CreateArenaCfgV2(
        Object.keys(entries),
        BigUint64Array.from(Object.values(entries)),
        Object.keys(entries).length,
        out,
      ),
    )
  configurations.set(key, configuration)
  koffi.encode(options, ARENA_OFFSET, 'void *', configuration)
}

/** For sessions that compute nothing. */
export const UNLIMITED: ArenaOptions = { kind: 'pieces', limitBytes: 0 }

/** What a session may take of so much free memory. */
export const arenaFor = (kind: ArenaKind, freeBytes: number): ArenaOptions => ({
  kind,
  limitBytes: Math.max(1, freeBytes / 2, freeBytes - HEADROOM_BYTES[kind]),
})

/** The words of an OrtAllocator since version 23: version, Alloc, Free, Info, Reserve, GetStats. */
const [WORDS, GET_STATS] = [6, 5]
const getStats = koffi.proto('void *terakoya_get_stats(void *allocator, _Out_ void **pairs)')

/** What a session uses and has taken of a memory (`Cpu`, `Cuda`), as ONNX Runtime's arena counts it. */
export function arenaUse(api: Api, session: Pointer, memory: string): MemoryUse {
  const info = output<Pointer>((out) => api.CreateMemoryInfo(memory, 1, 0, 0, out))
  const allocator = output<Pointer>((out) => api.CreateAllocator(session, info, out))
  const pairs = output<Pointer>(
    (out) => void koffi.call(pointersAt(allocator, WORDS)[GET_STATS], getStats, allocator, out),
  )
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
