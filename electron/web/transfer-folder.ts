import { createHash, randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../../core/host/is-running.ts'

/** `terakoya-web-<pid>-<computer>-<random>`: the name tells who uses the folder, so that there is no moment without an owner. */
const NAME = /^terakoya-web-(\d+)-([0-9a-f]{8})-[0-9a-f]{16}$/

/** Tells containers apart that share a temporary folder: a process id means nothing on another computer. */
const computer = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** Makes the folder of this process for uploads and downloads; nobody else may look into it. */
export async function makeTransferFolder(parent: string): Promise<string> {
  const folder = join(parent, `terakoya-web-${process.pid}-${computer}-${randomBytes(8).toString('hex')}`)
  await mkdir(folder, { mode: 0o700 })
  return folder
}

/** Removes the folders that hosts of this user and computer left behind when they were killed. Others' are left alone. */
export async function sweepTransferFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid, owner] = NAME.exec(name) ?? []
    if (pid === undefined || owner !== computer || isRunning(Number(pid)) || !(await isOwnFolder(join(parent, name)))) continue
    await rm(join(parent, name), { recursive: true, force: true })
  }
}

/** A link with such a name may be somebody else's trap. */
async function isOwnFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null)
  return found !== null && found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())
}
