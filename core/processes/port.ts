/** How an engine process ended: its exit code and, where known, the signal or the system's words. */
export interface EngineExit {
  readonly code: number | null
  readonly reason: string
}

/**
 * The host's end of an engine process: a utility process in the desktop, a child process elsewhere. Messages are
 * structured-cloneable.
 */
export interface EnginePort {
  readonly pid: number | undefined
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (exit: EngineExit) => void): void
  /** Ends the process at once, whatever it does: libraries inside may hold back a request to end. */
  kill(): void
}

/** Starts an engine process; each host has its own way. */
export type SpawnEngine = () => EnginePort
/** Starts an engine with these variables besides the process's own. */
export type SpawnEngineWith = (environment: Readonly<Record<string, string>>) => EnginePort

/** The engine's end: what its entry file makes of process.parentPort or process.send. */
export interface HostPort {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
}
