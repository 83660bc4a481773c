import { disk } from '../files/disk.ts'
import { draftBeside, mtimeOf, ownHost, readOwner, type LibraryOwner } from './lock-file.ts'
import { bootOf, findProcess, machineIdentity } from './process-identity.ts'

/**
 * An owner of this computer that shows nothing for so long is gone: an earlier container, or the time before a restart.
 */
export const SILENT_MS = 12_500
/**
 * It has also been watched for so long, more than one beat: after sleep, a living one has not shown itself for hours.
 */
const WATCHED_MS = 7000
/** An owner on another machine that shows nothing for so long is said to be silent: its network may be slow. */
const FAR_SILENT_MS = 120_000
/** A wait that took so much longer than it should: this machine slept, and so may the owner have. */
const SLEPT_MS = 2000
export const POLL_MS = 250

/** What a lock file says of its owner. `silent`: on another machine, and not heard of for two minutes. */
export type OwnerState = 'held' | 'silent' | 'stale'

/** Waits between two looks. Rejects where they are to end. */
export type Pause = (milliseconds: number) => Promise<unknown>

/** The locks that this process has or is about to take. */
export const ownNonces = new Set<string>()

/** What is known of the owner at this moment. */
export async function stateNow(file: string, owner: LibraryOwner): Promise<OwnerState> {
  const known = await knownState(file, owner)
  return known ?? ((await silenceOf(file)) > SILENT_MS ? 'stale' : 'held')
}

/**
 * Whether the owner lives; waits where only its next sign of life can tell. `replaced`: the lock is not its own any
 * more.
 */
export async function settle(file: string, owner: LibraryOwner, pause: Pause): Promise<OwnerState | 'replaced'> {
  const first = await mtimeOf(file)
  for (let watched = 0; ; watched += POLL_MS) {
    const known = await knownState(file, owner)
    if (known) return known
    if ((await readOwner(file))?.nonce !== owner.nonce) return 'replaced'
    if ((await mtimeOf(file)) !== first) return 'held'
    // Its time may lie in the future, where the clock was set back.
    if (watched > SILENT_MS || (watched > WATCHED_MS && (await silenceOf(file)) > SILENT_MS)) return 'stale'
    const before = Date.now()
    await pause(POLL_MS)
    if (Date.now() - before > SLEPT_MS) watched = 0
  }
}

/** Null where only its signs of life can tell. */
async function knownState(file: string, owner: LibraryOwner): Promise<OwnerState | null> {
  if (isNear(owner)) return processState(owner)
  if (isOfThisComputer(owner)) return null
  return (await silenceOf(file)) > FAR_SILENT_MS ? 'silent' : 'held'
}

/** True where the owner's process id means something here. */
export const isNear = (owner: LibraryOwner): boolean =>
  owner.machine !== null && owner.machine === machineIdentity() && owner.started !== null

/** Containers may share the name, or only the boot: each new one has another name. */
const isOfThisComputer = ({ host, machine }: LibraryOwner): boolean =>
  host === ownHost() || (machine !== null && bootOf(machine) === bootOf(machineIdentity()))

function processState({ pid, started, nonce }: LibraryOwner): 'held' | 'stale' | null {
  const found = findProcess(pid)
  if (found.kind === 'unknown') return null
  if (found.kind === 'gone' || found.started !== started) return 'stale'
  // One of ours that could not be removed when it was given up.
  return pid === process.pid && !ownNonces.has(nonce) ? 'stale' : 'held'
}

/** How long the owner has shown no life, by the clock of the file system. */
async function silenceOf(file: string): Promise<number> {
  const probe = draftBeside(file)
  try {
    await disk.writeFile(probe, '', { flag: 'wx' })
    return ((await mtimeOf(probe)) ?? 0) - ((await mtimeOf(file)) ?? 0)
  } catch {
    return 0
  } finally {
    await disk.rm(probe, { force: true })
  }
}
