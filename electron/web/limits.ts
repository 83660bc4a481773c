const MIB = 2 ** 20
const GB = 1e9

/** Bounds of the web host: what one window, or all of them, may make it hold. Tests set them low. */
export const LIMITS = {
  /** Windows at once, and connections of any kind. */
  maxClients: 64,
  maxConnections: 256,
  /** One frame of the socket: a part of a call (`message-parts.ts`), at three bytes a character. */
  maxFrameBytes: MIB,
  /** Calls of one window that run at once; the socket is not read while so many do. */
  maxRunningCalls: 32,
  /**
   * One call: a block of as many long cells as travel in one (`MAX_CALL_CELLS`). The worst that fits, an object of four
   * million keys, takes 0.4 GB when it is parsed.
   */
  maxCallCharacters: 64 * MIB,
  maxCallValues: 4 * MIB,
  /**
   * What the calls that are coming or not answered weigh in all windows together (`message-weight.ts`). Light ones do
   * not count: they are few enough.
   */
  maxCallsWeight: 256 * MIB,
  lightCallCharacters: 4096,
  /** Calls of one window whose parts are still coming. */
  maxOpenMessages: 4,
  partTimeoutMs: 30_000,
  /** A window that leaves more than this unread is dropped. A single reply may be larger. */
  maxUnreadEventBytes: 16 * MIB,
  maxUnreadReplyBytes: 256 * MIB,
  /** No further call begins while replies of this size are unread. */
  pauseReplyBytes: 64 * MIB,
  /** A window that is told to close, and does not. */
  closeTimeoutMs: 1000,
  /** A window that answers no ping for this long is gone. */
  heartbeatMs: 30_000,
  headersTimeoutMs: 10_000,
  /** An upload of the largest size takes minutes. */
  requestTimeoutMs: 3_600_000,
  /** A connection on which nothing moves. */
  idleTimeoutMs: 120_000,
  maxHeaderBytes: 16_384,
  maxHeaders: 100,
  maxUploadBytes: 20 * GB,
  /** Stays free on the disk. */
  spareDiskBytes: GB,
  /** Uploads that are kept, and targets that were not fetched. */
  maxUploads: 20,
  maxTargets: 100,
  maxBodyBytes: 65_536,
}

export type Limits = Readonly<typeof LIMITS>
