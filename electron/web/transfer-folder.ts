import { createHash, randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../../core/host/is-running.ts'

/**
 * `terakoya-web-<pid>-<computer>-<random>`: the name tells who uses the folder, so that there is no moment without an
 * owner.
 */
const NAME = /^terakoya-web-(\d+)-([0-9a-f]{8})-[0-9a-f]{16}$/

/** Tells containers apart that share a temporary folder: a process id means nothing on another computer. */
const computer = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** Names of the folders of this process. */
const made = new Set<string>()

/** Makes the folder of this process for uploads and downloads; nobody else may look into it. */
export async function makeTransferFolder(parent: string): Promise<string> {
  const name = `terakoya-web-${process.pid}-${computer}-${randomBytes(8).toString('hex')}`
  made.add(name)
  const folder = join(parent, name)
  await mkdir(folder, { mode: 0o700 })
  return folder
}

/**
 * Removes the folders that hosts of this user and computer left behind when they were killed. Others' are left alone.
 */
export async function sweepTransferFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid, owner] = NAME.exec(name) ?? []
    if (
      pid === undefined ||
      owner !== computer ||
      isUsed(name, Number(pid)) ||
      !(await isOwnFolder(join(parent, name)))
    )
      continue
    await rm(join(parent, name), { recursive: true, force: true })
  }
}

/**
 * A folder with our process id that we have not made is an earlier process's: a container that is started again counts
 * from the same number.
 */
const isUsed = (name: string, pid: number): boolean => (pid === process.pid ? made.has(name) : isRunning(pid))

/** A link with such a name may be somebody else's trap. */
async function isOwnFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null)
  return found !== null && found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())
}
