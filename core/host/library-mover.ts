import { isActive, isExporting, UserError } from '../contract/index.ts'
import type { ExportService } from '../exports/service.ts'
import type { HubService } from '../hub/service.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { createLibraryMover, type LibraryMover } from '../library/service.ts'
import type { ReportBug } from './error-log.ts'
import type { Emit } from './library.ts'
import { requireUnlocked, type LibrarySession } from './library-session.ts'
import type { SavedPreferences } from './saved-preferences.ts'
import type { Studio, StudioOptions } from './studio.ts'

/** The command line and TERAKOYA_LIBRARY name their folder on purpose; only the windows follow the preferences. */
export const isLibraryNamed = ({ host, isLibraryNamed }: StudioOptions): boolean =>
  host === 'cli' || isLibraryNamed === true || Boolean(process.env['TERAKOYA_LIBRARY'])

interface MovedParts {
  readonly session: LibrarySession
  readonly exports: ExportService
  readonly hub: HubService
  readonly emit: Emit
  readonly on: Studio['on']
  readonly report: ReportBug
}

/** The way of the library to another place. */
export function moverOf(
  options: StudioOptions,
  preferences: SavedPreferences,
  { session, exports, hub, emit, on, report }: MovedParts,
): LibraryMover {
  const mover = createLibraryMover({
    folder: () => session.current.folder,
    isNamed: isLibraryNamed(options),
    async requireIdle() {
      session.requireWriter()
      const run = (await session.current.experiments.list({})).find(({ state }) => isActive(state))
      const job = (await exports.list({})).find(
        ({ state, publication }) => isExporting(state) || publication?.state === 'sending',
      )
      const what = run?.name ?? job?.experimentName
      if (what !== undefined) throw new UserError('library/move-busy', { name: what })
    },
    async relocate(to, work) {
      await hub.disconnect()
      await session.relocate(to, work)
    },
    memory: () => preferences.current,
    remember: ({ leftLibraries, ...changes }) =>
      preferences.save({ ...changes, ...(leftLibraries && { leftLibraries: [...leftLibraries] }) }),
    requireUnused: requireUnlocked,
    emit,
    report,
  })
  const claim = async () => {
    // While a move is under way, the library is open for reading.
    if (session.current.access.kind === 'writer') await mover.claim()
  }
  const attempt = (work: () => Promise<void>) =>
    void work().catch((error: unknown) => {
      if (!(toDiskError(error, session.current.folder) instanceof UserError)) report('library', error)
    })
  if (options.access !== 'read') attempt(() => mover.sweep())
  attempt(claim)
  on((name) => {
    if (name === 'system.library') attempt(claim)
  })
  return mover
}
