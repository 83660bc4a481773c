import { UserError } from '../contract/errors.ts'

const GIB = 2 ** 30

/** Bytes as a sentence about room on a disk has them: rounded up to a tenth of a gigabyte (2^30 bytes). */
export const inGigabytes = (bytes: number): number => Math.ceil((bytes / GIB) * 10) / 10

/** What is said where a model or a dataset that comes in does not fit. */
export const spaceError = (neededBytes: number, freeBytes: number): UserError =>
  new UserError('hub/no-space', { needed: inGigabytes(neededBytes), free: inGigabytes(freeBytes) })
