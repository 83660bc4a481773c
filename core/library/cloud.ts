// Folders that another program keeps the same on a server, and drives of other kinds, told by their names and types.
import { statfs } from 'node:fs/promises'
import type { CloudService, LibraryMoveWarning } from '../contract/index.ts'

/** As the services name their folders on Windows, macOS and Linux, and as Colab mounts Google Drive. */
const NAMES: readonly (readonly [service: CloudService, name: RegExp])[] = [
  ['google-drive', /^(google ?drive([ -].*)?|google ドライブ|my ?drive|マイドライブ|drivefs)$/i],
  ['icloud', /^(icloud ?drive|com~apple~clouddocs|mobile documents|iclouddrive)$/i],
  ['onedrive', /^onedrive([ -].*)?$/i],
  ['dropbox', /^dropbox([ -].*)?$/i],
  ['box', /^box([ -].*|drive)?$/i],
  ['nextcloud', /^(nextcloud|owncloud)([ -].*)?$/i],
]

/** The service that keeps a folder; null where none is told by its path. */
export function cloudOf(folder: string): CloudService | null {
  for (const step of folder.split(/[\\/]/).toReversed())
    for (const [service, name] of NAMES) if (name.test(step)) return service
  return null
}

/** File systems by the numbers that Linux gives them (linux/magic.h). */
const NETWORK = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546, 0x01021997, 0x564c])
const FAT = new Set([0x4d44, 0x2011bab0])

/** What is to be known of a path, and of the disk of the part of it that is there. */
export async function warningsOf(path: string, folder: string): Promise<LibraryMoveWarning[]> {
  const service = cloudOf(path)
  const type =
    process.platform === 'linux'
      ? await statfs(folder).then(
          (found) => found.type,
          () => 0,
        )
      : 0
  const isNetwork = NETWORK.has(type) || /^(\\\\|\/\/)/.test(folder)
  return [
    ...(service ? [{ kind: 'cloud' as const, service }] : []),
    ...(isNetwork && !service ? [{ kind: 'network' as const }] : []),
    ...(FAT.has(type) ? [{ kind: 'removable-format' as const }] : []),
  ]
}
