import { spawn } from 'node:child_process'
import { copyFile, mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { UserError } from '../contract/index.ts'

/** By its place: a program of this name in another folder is not Windows' own. */
const TAR =
  process.platform === 'win32' ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar'

/** What a system's tar extracts: the libraries, whatever folder of the archive they are in. */
const LIBRARIES = process.platform === 'win32' ? ['*.dll'] : ['*.so', '*.so.*']

/**
 * Takes those files of an archive (.tgz, .tar.xz; .zip on Windows) whose names begin as asked for, with the system's
 * tar, into `target`. Returns their names, in that order. Throws UserErrors where tar fails, as for a full disk, or a
 * file is not there.
 */
export async function takeFiles(
  archive: string,
  starts: readonly string[],
  target: string,
  scratch: string,
  signal: AbortSignal,
): Promise<string[]> {
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true })
  try {
    // GNU tar wants to be told that these are patterns; the tar of Windows and macOS takes them as such.
    await runTar(
      [
        '-xf',
        archive,
        '-C',
        scratch,
        ...(process.platform === 'linux' ? ['--wildcards'] : []),
        ...(await patternsIn(archive, signal)),
      ],
      archive,
      signal,
    )
    const found = await filesIn(scratch)
    const root = await realpath(scratch)
    const taken: string[] = []
    for (const start of starts) {
      const place = found
        .filter((file) => basename(file).startsWith(start))
        .sort((a, b) => basename(a).length - basename(b).length)[0]
      // A name may be a link to the file with the full version, but to nothing outside.
      const real = place === undefined ? null : await realpath(place).catch(() => null)
      if (place === undefined || real === null || !real.startsWith(root + sep))
        throw new UserError('gpu-pack/archive', { file: basename(archive), missing: start })
      await copyFile(real, join(target, basename(place)))
      taken.push(basename(place))
    }
    return taken
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Only patterns that something matches: tar fails for others. */
async function patternsIn(archive: string, signal: AbortSignal): Promise<string[]> {
  const names = (await runTar(['-tf', archive], archive, signal)).split('\n')
  const ending = (pattern: string) => new RegExp(`${pattern.slice(1).replace(/\./g, '\\.').replace('*', '.*')}$`)
  return LIBRARIES.filter((pattern) => names.some((name) => ending(pattern).test(name.trim())))
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))

function runTar(args: readonly string[], archive: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(TAR, args, { signal, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
    child.on('error', (error) =>
      reject(
        signal.aborted
          ? (signal.reason as Error)
          : new UserError('gpu-pack/unpack', { file: basename(archive), reason: error.message }),
      ),
    )
    child.on('close', (code) => {
      if (code === 0) resolve(out)
      else
        reject(
          new UserError('gpu-pack/unpack', {
            file: basename(archive),
            reason: errors.trim().split('\n').at(-1) ?? `tar ${code}`,
          }),
        )
    })
  })
}
