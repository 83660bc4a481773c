import { z } from 'zod'
import { languageIds } from '../../texts/index.ts'
import { defineContract, type } from './define.ts'
import { FolderPath } from './paths.ts'

export const DeviceKind = z.enum(['cpu', 'cuda', 'directml', 'coreml', 'webgpu'])
export type DeviceKind = z.infer<typeof DeviceKind>

/** Why a device cannot be used, as a fact; the locale words it. */
export type DeviceReason =
  | 'provider-missing'
  | 'driver-missing'
  | 'no-adapter'
  | 'library-missing'
  | 'platform'
  | 'software-adapter'
  | 'compiler-missing'
  | 'driver-outdated'
  | 'gpu-busy'
  | 'vulkan-missing'
  | 'pack-changed'

export interface DeviceInfo {
  readonly kind: DeviceKind
  /** The processor's or GPU's own name. */
  readonly name: string
  readonly memoryBytes?: number
  /** What other programs have left of it, where it can be told. */
  readonly freeMemoryBytes?: number
  readonly available: boolean
  readonly reason?: DeviceReason
  /** The file that `reason` is about. */
  readonly file?: string
}

/** Why a device was recommended, as a fact; the locale words it. */
export type ChoiceReason = 'fastest-gpu' | 'no-gpu' | 'gpu-unusable' | 'user-choice'

export const HostKind = z.enum(['desktop', 'web', 'cli'])
export type HostKind = z.infer<typeof HostKind>

/** The studio that writes in the library, where it is not this one. */
export interface LibraryHolder {
  readonly kind: HostKind
  /** The computer's name. */
  readonly host: string
  /** ISO 8601 */
  readonly since: string
  /** It is on another computer and has not been heard of for two minutes. */
  readonly isSilent: boolean
}

/**
 * What this studio may do in its library; one studio at a time may write.
 *
 *   writer ──another takes over──► reader ──takeLibrary, or the other closes──► writer
 *
 * A reader without a holder was asked to read only.
 */
export type LibraryAccess =
  { readonly kind: 'writer' } | { readonly kind: 'reader'; readonly holder: LibraryHolder | null }

export interface SystemInfo {
  readonly version: string
  readonly host: HostKind
  readonly platform: string
  readonly processor: string
  readonly coreCount: number
  readonly memoryBytes: number
  readonly freeMemoryBytes: number
  readonly libraryFolder: string
  readonly access: LibraryAccess
  /** Null while the library's folder is not there. */
  readonly freeDiskBytes: number | null
  readonly devices: readonly DeviceInfo[]
  readonly recommended: { readonly kind: DeviceKind; readonly reason: ChoiceReason }
}

const Language = z.enum(['system', ...languageIds])
const Theme = z.enum(['system', 'light', 'dark', 'contrast'])

export const Preferences = z.object({
  language: Language.default('system'),
  theme: Theme.default('system'),
  /** The studio opens no connection to the internet. */
  offline: z.boolean().default(false),
})
export type Preferences = z.infer<typeof Preferences>

/** A folder as the names that lead to it from the home folder down; the host that offers it confines it. */
export const FolderSteps = z.array(z.string().min(1).max(255)).max(64)
export type FolderSteps = readonly string[]

/** What a window may choose among, where the host has no folder dialog of its own. */
export interface FolderListing {
  readonly steps: FolderSteps
  /** Names of the folders in it. */
  readonly folders: readonly string[]
  /** There are more than are listed. */
  readonly isCut: boolean
}

export const systemContract = defineContract({
  calls: {
    info: { input: z.object({}), output: type<SystemInfo>() },
    preferences: { input: z.object({}), output: type<Preferences>() },
    /** Changes what is named and leaves the rest: no defaults here, which `Preferences.partial()` would fill in. */
    setPreferences: {
      input: z.object({ language: Language.optional(), theme: Theme.optional(), offline: z.boolean().optional() }),
      output: type<Preferences>(),
    },
    /** Uses another library folder from now on; it must be writable. */
    setLibrary: { input: z.object({ folder: FolderPath }), output: type<SystemInfo>() },
    /**
     * Makes this studio the one that writes in the library; the other stops its run with a checkpoint and becomes a
     * reader. Throws `library/not-released`.
     */
    takeLibrary: { input: z.object({}), output: type<SystemInfo>() },
    /**
     * The folders in one of the user's home folder. Only the web host has these three calls; others have the system's
     * dialog.
     */
    folders: { input: z.object({ steps: FolderSteps }), output: type<FolderListing>() },
    makeFolder: {
      input: z.object({ steps: FolderSteps, name: z.string().trim().min(1).max(255) }),
      output: type<FolderListing>(),
    },
    /** Picks a folder: from now on a call may name what this one returns. */
    pickFolder: { input: z.object({ steps: FolderSteps }), output: type<{ readonly folder: string }>() },
  },
  events: {
    preferences: type<Preferences>(),
    /** Another library, or this one with other rights: everything shown from it must be read again. */
    library: type<{ readonly folder: string }>(),
  },
})
