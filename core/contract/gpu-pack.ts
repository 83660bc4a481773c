import { z } from 'zod'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { FolderPath } from './paths.ts'

/** What is needed to compute on NVIDIA's GPUs: ONNX Runtime's CUDA provider and NVIDIA's libraries. */
export interface GpuPackState {
  /** False where there can be no NVIDIA GPU to compute with. */
  readonly isSupported: boolean
  readonly folder: string
  readonly isInstalled: boolean
  /** On the disk, where it is installed. */
  readonly sizeBytes: number
  /** True while it is brought. */
  readonly isBusy: boolean
}

/** A part of the pack: brought, or found on the system. */
export interface GpuPackPart {
  readonly name: string
  readonly sizeBytes: number
  readonly foundAt: string | null
}

export interface GpuPackPlan {
  readonly parts: readonly GpuPackPart[]
  readonly downloadBytes: number
}

/**
 *   downloading ──► checking ──► unpacking ──► done
 *        └──────────────┴────────────┴──────► failed, cancelled: what is there is kept, the next download goes on from
 * it
 */
export interface GpuPackProgress {
  readonly state: 'downloading' | 'checking' | 'unpacking' | 'done' | 'failed' | 'cancelled'
  /** Of all parts. */
  readonly receivedBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number | null
  readonly remainingSeconds: number | null
  /** The part in work. */
  readonly part: string
  readonly error?: AppError
}

export const gpuPackContract = defineContract({
  calls: {
    state: { input: z.object({}), output: type<GpuPackState>() },
    /** What would be brought, and how much that is. */
    plan: { input: z.object({}), output: type<GpuPackPlan>() },
    /**
     * Begins and returns at once; `gpuPack.progress` tells the rest. A second call does nothing while the first works.
     */
    download: { input: z.object({}), output: type<null>() },
    cancel: { input: z.object({}), output: type<null>() },
    /** Deletes the pack and what was brought of it. */
    remove: { input: z.object({}), output: type<GpuPackState>() },
    /**
     * Where the pack is, or will be: a folder of its own in the one that is named, never one with files of other
     * programs.
     */
    setFolder: { input: z.object({ folder: FolderPath }), output: type<GpuPackState>() },
  },
  events: {
    /** Up to five times a second, and once at the end. */
    progress: type<GpuPackProgress>(),
  },
})
