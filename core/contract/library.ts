import { z } from 'zod'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { FolderPath } from './paths.ts'

/** What lies in a library. */
export const libraryKinds = [
  'models',
  'experiments',
  'datasets',
  'conversations',
  'exports',
  'trash',
  'downloads',
] as const
export type LibraryKind = (typeof libraryKinds)[number]

/** What a library takes on its disk. Links are not followed; a file with several names counts once. */
export interface LibraryUsage {
  readonly folder: string
  readonly kinds: readonly { readonly kind: LibraryKind; readonly bytes: number; readonly files: number }[]
  readonly bytes: number
  /** Null where the disk does not say. */
  readonly freeBytes: number | null
}

/** Whose folder is kept the same on a server. */
export const cloudServices = ['google-drive', 'icloud', 'onedrive', 'dropbox', 'box', 'nextcloud'] as const
export type CloudService = (typeof cloudServices)[number]

/** What to know before a library goes somewhere; each is no reason not to. */
export type LibraryMoveWarning =
  | { readonly kind: 'cloud'; readonly service: CloudService }
  | { readonly kind: 'network' | 'removable-format' }
  /** The studio was started with this library by name: the next start needs the new name. */
  | { readonly kind: 'named' }

export interface LibraryMovePlan {
  readonly from: string
  /** The folder that was chosen, or one of ours in it where that holds other things. */
  readonly to: string
  readonly bytes: number
  readonly files: number
  readonly freeBytes: number | null
  readonly warnings: readonly LibraryMoveWarning[]
}

/**
 * ```
 * copying ──► checking ──► done
 *    └───────────┴───────► failed, cancelled: the library is where it was, and nothing of the copy is left
 * ```
 */
export interface LibraryMove {
  readonly from: string
  readonly to: string
  readonly state: 'copying' | 'checking' | 'done' | 'failed' | 'cancelled'
  /** Of the state that it is in. */
  readonly doneBytes: number
  readonly totalBytes: number
  readonly remainingSeconds: number | null
  /** Only where it failed. */
  readonly error: AppError | null
}

/** A library that was moved away from here: its old copy, which the user may delete. */
export interface LeftLibrary {
  readonly id: string
  readonly folder: string
  readonly movedTo: string
  readonly bytes: number
}

export const libraryContract = defineContract({
  calls: {
    usage: { input: z.object({}), output: type<LibraryUsage>() },
    /**
     * What moving the library would mean. Throws `library/move-same`, `library/move-inside`, `library/unwritable`,
     * `library/move-space` and `library/move-file-size`.
     */
    plan: { input: z.object({ folder: FolderPath }), output: type<LibraryMovePlan>() },
    /**
     * Begins to move the library; until it has ended nothing is changed in it. Throws as `plan`, and
     * `library/move-busy` while something is being trained, exported or moved.
     */
    move: { input: z.object({ folder: FolderPath }), output: type<null>() },
    cancelMove: { input: z.object({}), output: type<null>() },
    /** The move under way, or the last one since the studio was started; null where there was none. */
    moveState: { input: z.object({}), output: type<LibraryMove | null>() },
    /** Old copies that are still there. */
    left: { input: z.object({}), output: type<readonly LeftLibrary[]>() },
    /** Deletes an old copy for good; what else lies in its folder stays. Throws `library/not-left`. */
    removeLeft: { input: z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) }), output: type<null>() },
  },
  events: {
    /** Up to five times a second, and at each change of state. */
    move: type<LibraryMove>(),
  },
})
