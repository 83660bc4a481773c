import { openRuntime, recommendDevice } from '../runtime/index.ts'
import type { DeviceReport } from './engine-protocol.ts'

/** What can compute on this machine, and what to use. */
export async function reportDevices(): Promise<DeviceReport> {
  const devices = await openRuntime().devices()
  return { devices, recommended: recommendDevice(devices) }
}
