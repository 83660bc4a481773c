import type { CallsOf, EventsOf } from './define.ts'
import { apiServerContract } from './api-server.ts'
import { chatContract } from './chat.ts'
import { conversationsContract } from './conversations.ts'
import { datasetsContract } from './datasets.ts'
import { experimentsContract } from './experiments.ts'
import { exportsContract } from './exports.ts'
import { gpuPackContract } from './gpu-pack.ts'
import { hubContract } from './hub.ts'
import { libraryContract } from './library.ts'
import { modelsContract } from './models.ts'
import { systemContract } from './system.ts'
import { trashContract } from './trash.ts'
import type { AppError, Result } from './errors.ts'

export * from './api-server.ts'
export * from './chat.ts'
export * from './checks.ts'
export * from './conversations.ts'
export * from './dataset-edits.ts'
export * from './dataset-rows.ts'
export * from './dataset-views.ts'
export * from './datasets.ts'
export * from './errors.ts'
export * from './experiments.ts'
export * from './exports.ts'
export * from './gpu-pack.ts'
export * from './hub.ts'
export * from './hub-ids.ts'
export * from './hub-models.ts'
export * from './column-name.ts'
export * from './import.ts'
export * from './library.ts'
export * from './links.ts'
export * from './models.ts'
export * from './paths.ts'
export * from './presets.ts'
export * from './roles.ts'
export * from './settings.ts'
export * from './statistics.ts'
export * from './system.ts'
export * from './trash.ts'
export * from './web-link.ts'
export * from './wording.ts'

/**
 * Every call and event of the studio. Types, validation, the preload object and channel names derive from this table.
 */
export const contracts = {
  apiServer: apiServerContract,
  chat: chatContract,
  conversations: conversationsContract,
  datasets: datasetsContract,
  experiments: experimentsContract,
  exports: exportsContract,
  gpuPack: gpuPackContract,
  hub: hubContract,
  library: libraryContract,
  models: modelsContract,
  system: systemContract,
  trash: trashContract,
}

export type Calls = CallsOf<typeof contracts>
export type CallName = keyof Calls
export type Events = EventsOf<typeof contracts>
export type EventName = keyof Events

/** What a handler table must provide: one function a call, with the parsed input. */
export type Handlers = { [N in CallName]: (input: Calls[N]['parsed']) => Promise<Calls[N]['output']> }

/** A file that the user picked, dropped or uploaded; `path` may be given to a call that reads a file. */
export interface PickedFile {
  readonly path: string
  readonly name: string
  readonly sizeBytes: number
}

/**
 * `unknown`: a host is there that does not know this window, such as one that was started anew. It needs a new link.
 *
 * ```
 * open ──► lost ──► open
 *            └────► unknown ──► open   (another tab has opened a new link)
 * ```
 */
export type ConnectionState = 'open' | 'lost' | 'unknown'

/** The window's connection to a host in another process. It comes back by itself. */
export interface HostConnection {
  /** Tells the state now and whenever it changes; returns the function that ends that. */
  on(listener: (state: ConnectionState) => void): () => void
  /** Tries at once. */
  retry(): void
}

/**
 * `window.studio`: the same object from the desktop's preload and from the web host's shim.
 * Nothing here throws for a user's error: it resolves to a failed Result.
 */
export interface StudioBridge {
  readonly host: 'desktop' | 'web'
  /** Null where the host cannot be lost: on the desktop. */
  readonly connection: HostConnection | null
  call<N extends CallName>(name: N, input: Calls[N]['input']): Promise<Result<Calls[N]['output'], AppError>>
  /** Subscribes; returns the function that ends the subscription. */
  on<N extends EventName>(name: N, listener: (payload: Events[N]) => void): () => void
  /**
   * Opens the file dialog (desktop) or file chooser (web, the file is sent to the loopback host); null when cancelled.
   */
  pickFile(options: { readonly extensions: readonly string[] }): Promise<Result<PickedFile | null>>
  /**
   * Opens the system's folder dialog, null when cancelled; null where the host has none, and the window lists
   * `system.folders` itself.
   */
  readonly pickFolder: (() => Promise<Result<string | null>>) | null
  /** Makes a dropped File readable for the host. */
  adoptFile(file: File): Promise<Result<PickedFile>>
  /**
   * Asks where to save; null when cancelled. In the web host the target is a temporary file that `finishSave`
   * downloads.
   */
  pickSave(options: { readonly suggestedName: string }): Promise<Result<{ readonly target: string } | null>>
  finishSave(target: string): Promise<void>
  /**
   * Opens one of our links (`allowedLink`) in the user's browser, or shows what lies in the library in the file manager
   * (desktop only).
   */
  openOutside(target: string): Promise<Result<null>>
}
