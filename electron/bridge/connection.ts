import type { ConnectionState, HostConnection } from '../../core/contract/index.ts'

interface ConnectionOptions {
  /** The connection is open again. */
  readonly onReturn: () => void
  /** The host has never known this window: there is nothing in it that could be lost. */
  readonly onStranger: () => void
}

/** Keeps the state of the connection, and tells the window of its changes. */
export function createConnection({
  onReturn,
  onStranger,
}: ConnectionOptions): Pick<HostConnection, 'on'> & {
  readonly take: (next: ConnectionState) => void
  readonly state: () => ConnectionState
} {
  const listeners = new Set<(state: ConnectionState) => void>()
  // A page begins before its first connection: that is no loss.
  let state: ConnectionState = 'open'
  let wasOpen = false
  return {
    state: () => state,
    take(next) {
      if (next === 'unknown' && !wasOpen) return onStranger()
      if (next === 'open' && state !== 'open') return onReturn()
      wasOpen ||= next === 'open'
      if (next === state) return
      state = next
      for (const listener of listeners) listener(state)
    },
    on(listener) {
      listeners.add(listener)
      listener(state)
      return () => void listeners.delete(listener)
    },
  }
}
