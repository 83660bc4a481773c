/** A call that changes files. */
export type FileOperation = 'open' | 'write' | 'sync' | 'rename' | 'rm' | 'mkdir' | 'copy' | 'link' | 'truncate'

/**
 * What is to happen at a boundary, as the fault file says (JSON). `kill`: the process ends at once, as by SIGKILL;
 * `power`: as `kill`, and of every file only what was synced stays; else the error code with which the call fails.
 */
export interface Fault {
  readonly process: 'host' | 'engine' | 'reader'
  /** Any where it is absent. */
  readonly operation?: FileOperation
  /** The path's role (see `roleOf`); any where it is absent. */
  readonly role?: string
  /** Counted from 1 since the fault was set. */
  readonly occurrence: number
  /** `half`: half of what is written reaches the file. */
  readonly when: 'before' | 'half' | 'after'
  readonly act: 'kill' | 'power' | 'ENOSPC' | 'EDQUOT' | 'EIO' | 'EROFS'
  /** True: every later occurrence fails too, until the fault file is gone. */
  readonly lasting?: boolean
}

/** A path without what differs from run to run: `experiments/EXP/checkpoints/.draft-N/state.json`. */
export const roleOf = (relativePath: string): string =>
  relativePath
    .replaceAll('\\', '/')
    .replaceAll(/\d{8}-\d{6}-[a-z0-9]+/g, 'EXP')
    .replaceAll(/d\d{8}-[a-z0-9]+/g, 'DATA')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'X')
    .replaceAll(/\b[0-9a-f]{8,}\b/g, 'X')
    .replaceAll(/\d+/g, 'N')
