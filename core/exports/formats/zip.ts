import { opendir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { dataOffset, readZip } from '../../checkpoints/torch-zip.ts'
import { readAt } from '../../checkpoints/read-bytes.ts'
import { UserError } from '../../contract/index.ts'
import { isTemporary } from '../../files/atomic.ts'
import { openRegularFile } from '../../files/regular-file.ts'
import { bytesOf, FileWriter } from '../file-writer.ts'
import type { ExportFormat } from '../format.ts'
import { ZipWriter } from '../zip-writer.ts'

interface Found {
  readonly path: string
  /** Inside the run's folder, parts divided by slashes. */
  readonly name: string
  readonly bytes: number
  readonly changedAt: Date
}

/** Names, headers and the directory take no more for each file. */
const ENTRY_BYTES = 512
const MAX_FILES = 1_000_000

/** The run's folder as plain files, to keep or to take to another library: its name there is the run's id. */
export const zip: ExportFormat = {
  id: 'zip',
  options: {},
  ending: '.zip',
  refusal: () => null,
  async sizeBytes({ record }) {
    const files = await filesIn(record.folder)
    return files.reduce((sum, { bytes }) => sum + bytes + ENTRY_BYTES, 0)
  },
  async write({ record }, target, watch) {
    await FileWriter.write(target, watch, async (to) => {
      const archive = new ZipWriter(to)
      for (const found of await filesIn(record.folder)) {
        const file = { ...found, name: `${record.id}/${found.name}`, crc: await crcOf(found.path, watch.signal) }
        await archive.add(file, exactly(found))
      }
      await archive.end()
    })
  },
  async reopen({ record }, written, { signal }) {
    const wanted = await filesIn(record.folder)
    await requireSame(written, new Map(wanted.map((file) => [`${record.id}/${file.name}`, file])), signal)
    return null
  },
}

/** Every file of a folder, in the order of their names; what other processes are writing, and links, are left out. */
async function filesIn(folder: string, inner = ''): Promise<Found[]> {
  const files: Found[] = []
  for await (const entry of await opendir(join(folder, inner))) {
    const name = inner === '' ? entry.name : `${inner}/${entry.name}`
    if (isTemporary(entry.name) || entry.name.startsWith('.')) continue
    if (entry.isDirectory()) files.push(...(await filesIn(folder, name)))
    if (!entry.isFile()) continue
    const path = join(folder, name)
    const { size, mtime } = await stat(path)
    files.push({ path, name, bytes: size, changedAt: mtime })
    if (files.length > MAX_FILES) throw new UserError('export/damaged', { file: basename(folder) })
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function crcOf(path: string, signal: AbortSignal): Promise<number> {
  let crc = 0
  for await (const bytes of bytesOf(path)) {
    signal.throwIfAborted()
    crc = crc32(bytes, crc)
  }
  return crc
}

/** A file's bytes. Throws UserError 'export/damaged' where it has another length by now. */
async function* exactly({ path, bytes }: Found): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const piece of bytesOf(path)) {
    length += piece.length
    yield piece
  }
  if (length !== bytes) throw new UserError('export/damaged', { file: basename(path) })
}

/** Reads an archive by the reader of torch's, which knows nothing of this writer, and compares it with the files. */
async function requireSame(path: string, wanted: ReadonlyMap<string, Found>, signal: AbortSignal): Promise<void> {
  const file = await openRegularFile(path)
  try {
    const archive = await readZip(file, path)
    if (archive.entries.size !== wanted.size) throw new UserError('export/damaged', { file: basename(path) })
    for (const [name, entry] of archive.entries) {
      const found = wanted.get(name)
      if (found?.bytes !== entry.bytes) throw new UserError('export/damaged', { file: name })
      let at = await dataOffset(archive, entry)
      for await (const bytes of bytesOf(found.path)) {
        signal.throwIfAborted()
        if (!(await readAt(file, path, at, bytes.length)).equals(bytes))
          throw new UserError('export/damaged', { file: name })
        at += bytes.length
      }
    }
  } finally {
    await file.close()
  }
}
