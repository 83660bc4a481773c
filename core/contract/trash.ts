import { z } from 'zod'
import { defineContract, type } from './define.ts'

export const TrashKind = z.enum(['dataset', 'experiment', 'model', 'conversation'])
export type TrashKind = z.infer<typeof TrashKind>

/** What was deleted and can be brought back. */
export interface TrashEntry {
  readonly kind: TrashKind
  readonly id: string
  readonly name: string
  /** ISO 8601 */
  readonly deletedAt: string
  readonly sizeBytes: number
}

export interface TrashContents {
  /** The latest first. */
  readonly entries: readonly TrashEntry[]
  /** What is older, or does not fit, goes at the next start, the oldest first. */
  readonly maxDays: number
  readonly maxBytes: number
}

const Entry = z.object({ kind: TrashKind, id: z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/) })

export const trashContract = defineContract({
  calls: {
    list: { input: z.object({}), output: type<TrashContents>() },
    /** Brings an entry back. Throws `trash/not-found` and `trash/occupied`. */
    restore: { input: Entry, output: type<TrashContents>() },
    /** Deletes an entry for good. */
    remove: { input: Entry, output: type<TrashContents>() },
    /** Deletes all of them for good. */
    empty: { input: z.object({}), output: type<TrashContents>() },
  },
  events: {
    /** Something came into the trash or left it. */
    changed: type<null>(),
  },
})
