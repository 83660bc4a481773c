import type { EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'

/** Gives the devices of this machine. */
export interface KnownDevices {
  (): Promise<DeviceReport>
  /** They are asked for again the next time. */
  forget(): void
  /** What the engine said last; null where it has not been asked since they were forgotten. */
  latest(): DeviceReport | null
}

/** The devices of this machine: asked of the engine once, and again when they are to be forgotten. */
export function rememberDevices(engine: EngineClient): KnownDevices {
  let known: Promise<DeviceReport> | null = null
  let latest: DeviceReport | null = null
  const devices = () => {
    known ??= engine.call('devices', null).result
    known.then(
      (report) => {
        latest = report
      },
      () => {
        known = null
      },
    )
    return known
  }
  return Object.assign(devices, {
    forget: () => {
      ;[known, latest] = [null, null]
    },
    latest: () => latest,
  })
}
