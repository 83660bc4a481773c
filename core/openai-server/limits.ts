const MIB = 2 ** 20

/** Bounds of the server: what clients may make it hold. Tests set them low. */
export const LIMITS = {
  maxConnections: 64,
  maxHeaderBytes: 16_384,
  maxHeaders: 100,
  headersTimeoutMs: 10_000,
  /** A whole request, its body included. */
  requestTimeoutMs: 30_000,
  /** A connection that asks nothing more. */
  keepAliveMs: 5_000,
  /** An answer that nobody takes. */
  unreadTimeoutMs: 30_000,
  maxUnreadBytes: MIB,
  maxBodyBytes: 4 * MIB,
  /** How deep the JSON of a request may nest. */
  maxDepth: 16,
  /** Answers at once, and requests that wait for them. */
  maxAnswers: 8,
  maxWaiting: 64,
}

export type Limits = Readonly<typeof LIMITS>
