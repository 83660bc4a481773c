import type { Device } from '../runtime/index.ts'

const lastTurns = new WeakMap<Device, Promise<unknown>>()

/**
 * Runs the job when every earlier job of this device has ended: answers that are generated at the same time then
 * advance token by token in turns, instead of two sessions' threads getting in each other's way. Resolves or rejects as
 * the job does.
 */
export function takeTurn<R>(device: Device, job: () => Promise<R>): Promise<R> {
  const turn = (lastTurns.get(device) ?? Promise.resolve()).then(job)
  lastTurns.set(
    device,
    turn.catch(() => undefined),
  )
  return turn
}
