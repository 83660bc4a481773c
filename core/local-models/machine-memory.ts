import { freemem, totalmem } from 'node:os'
import type { DeviceKind } from '../contract/index.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'

export interface MachineMemory {
  readonly isGpu: boolean
  readonly totalBytes: number
  /** Of it, what a run can get. */
  readonly availableBytes: number
}

/** The memory that a run on a device takes: the graphics card's where it has its own and tells, else the computer's. */
export function memoryOf(kind: DeviceKind, { devices }: DeviceReport): MachineMemory {
  // Of others it is not known whether they share the computer's.
  const gpu = kind === 'cuda' ? devices.find((device) => device.kind === kind) : undefined
  if (gpu?.memoryBytes !== undefined)
    return { isGpu: true, totalBytes: gpu.memoryBytes, availableBytes: gpu.freeMemoryBytes ?? gpu.memoryBytes }
  return {
    isGpu: false,
    totalBytes: totalmem(),
    availableBytes: Math.min(totalmem(), freemem() + 0.5 * (totalmem() - freemem())),
  }
}
