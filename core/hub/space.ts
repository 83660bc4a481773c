import { UserError } from '../contract/index.ts'

const GIB = 2 ** 30
const inGigabytes = (bytes: number): number => Math.ceil((bytes / GIB) * 10) / 10

/** What is said where a download does not fit. */
export const spaceError = (neededBytes: number, freeBytes: number): UserError =>
  new UserError('hub/no-space', { needed: inGigabytes(neededBytes), free: inGigabytes(freeBytes) })
