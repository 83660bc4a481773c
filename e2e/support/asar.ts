import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Entry = { readonly files: Record<string, Entry> } | { readonly size: number; readonly offset: string }

/**
 * Packs files and folders below `root` into an archive that Electron opens like a folder
 * (https://github.com/electron/asar).
 */
export function writeAsar(archive: string, root: string, names: readonly string[]): void {
  const contents: Buffer[] = []
  let offset = 0
  const entryOf = (path: string): Entry => {
    if (statSync(join(root, path)).isDirectory())
      return {
        files: Object.fromEntries(readdirSync(join(root, path)).map((name) => [name, entryOf(join(path, name))])),
      }
    const content = readFileSync(join(root, path))
    contents.push(content)
    offset += content.length
    return { size: content.length, offset: String(offset - content.length) }
  }
  const json = Buffer.from(JSON.stringify({ files: Object.fromEntries(names.map((name) => [name, entryOf(name)])) }))
  const padding = (4 - (json.length % 4)) % 4
  const header = Buffer.alloc(16 + json.length + padding)
  header.writeUInt32LE(4, 0)
  header.writeUInt32LE(header.length - 8, 4)
  header.writeUInt32LE(header.length - 12, 8)
  header.writeUInt32LE(json.length, 12)
  json.copy(header, 16)
  writeFileSync(archive, Buffer.concat([header, ...contents]))
}
