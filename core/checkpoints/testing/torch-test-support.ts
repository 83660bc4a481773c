import { open } from 'node:fs/promises'

/** An entry to write; `at` moves it behind a hole in the file. */
export interface TestEntry {
  readonly name: string
  readonly data: Uint8Array
  readonly at?: number
  readonly method?: number
}

const WIDE = 0xffffffff

/** Writes a zip archive of stored entries, with zip64 numbers where they are needed. Checksums are left zero. */
export async function writeZip(path: string, entries: readonly TestEntry[]): Promise<void> {
  const file = await open(path, 'w')
  try {
    let at = 0
    const directory: Buffer[] = []
    for (const entry of entries) {
      at = entry.at ?? at
      const local = header(0x04034b50, 30, entry, 26)
      await file.write(Buffer.concat([local, entry.data]), 0, null, at)
      directory.push(directoryEntry(entry, at))
      at += local.length + entry.data.length
    }
    const bytes = Buffer.concat(directory)
    await file.write(Buffer.concat([bytes, endRecords(entries.length, bytes.length, at)]), 0, null, at)
  } finally {
    await file.close()
  }
}

function header(signature: number, size: number, { name, data, method = 0 }: TestEntry, nameField: number): Buffer {
  const fields = Buffer.alloc(size)
  fields.writeUInt32LE(signature)
  fields.writeUInt16LE(method, nameField - 18)
  fields.writeUInt32LE(data.length, nameField - 8)
  fields.writeUInt32LE(data.length, nameField - 4)
  fields.writeUInt16LE(Buffer.byteLength(name), nameField)
  return Buffer.concat([fields, Buffer.from(name)])
}

function directoryEntry(entry: TestEntry, at: number): Buffer {
  const fields = header(0x02014b50, 46, entry, 28)
  fields.writeUInt32LE(Math.min(at, WIDE), 42)
  if (at < WIDE) return fields
  fields.writeUInt16LE(12, 30)
  const extra = Buffer.alloc(12)
  extra.writeUInt16LE(1)
  extra.writeUInt16LE(8, 2)
  extra.writeBigUInt64LE(BigInt(at), 4)
  return Buffer.concat([fields, extra])
}

function endRecords(count: number, bytes: number, at: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(Math.min(at, WIDE), 16)
  if (at < WIDE) return end
  const wide = Buffer.alloc(56)
  wide.writeUInt32LE(0x06064b50)
  for (const [place, value] of [
    [32, count],
    [40, bytes],
    [48, at],
  ] as const)
    wide.writeBigUInt64LE(BigInt(value), place)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50)
  locator.writeBigUInt64LE(BigInt(at + bytes), 8)
  return Buffer.concat([wide, locator, end])
}

/**
 * A tensor of a state dict to write: `storage` is torch's class, `key` the archive's entry; offset and strides count
 * elements.
 */
export interface TestTensor {
  readonly storage: string
  readonly key: string
  readonly offset?: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** The pickle of a state dict, as torch.save writes it (protocol 2). */
export function pickleOf(tensors: Readonly<Record<string, TestTensor>>): Buffer {
  const items = Object.entries(tensors).map(([name, tensor]) => [text(name), tensorCode(tensor)])
  return pickle('}(', ...items.flat(), 'u')
}

/** A pickle of raw opcodes. */
export const pickle = (...code: readonly string[]): Buffer => Buffer.from(`\x80\x02${code.join('')}.`, 'latin1')

const tensorCode = ({ storage, key, offset = 0, shape, strides }: TestTensor): string => {
  const id = `(${text('storage')}ctorch\n${storage}\n${text(key)}${text('cpu')}${int(0)}tQ`
  const hooks = 'ccollections\nOrderedDict\n)R'
  return `ctorch._utils\n_rebuild_tensor_v2\n(${id}${int(offset)}${tuple(shape)}${tuple(strides)}\x89${hooks}tR`
}

const tuple = (values: readonly number[]): string => `(${values.map(int).join('')}t`
const text = (value: string): string => `X${little(Buffer.byteLength(value))}${value}`
const int = (value: number): string => `J${little(value)}`

function little(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes.toString('latin1')
}
