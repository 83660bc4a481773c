import type { DeviceInfo, DeviceReason, SystemInfo } from '../../../core/contract/index.ts'

/** Nothing that the user could do about them. */
const FINAL: readonly DeviceReason[] = ['no-adapter', 'platform', 'software-adapter']

/** A device that would be faster than the one in use if it were put in order; null where there is none. */
export function fasterDevice({ devices, recommended }: Pick<SystemInfo, 'devices' | 'recommended'>): DeviceInfo | null {
  const used = devices.findIndex(({ kind }) => kind === recommended.kind)
  return (
    devices
      .slice(0, used)
      .find(({ available, reason }) => !available && reason !== undefined && !FINAL.includes(reason)) ?? null
  )
}
