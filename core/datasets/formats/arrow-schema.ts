// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
const MAGIC_BYTES = 6
const LENGTH_BYTES = 4
const CONTINUATION = -1
/** Places in the tables of the schema, see Schema.fbs, File.fbs and Message.fbs. */
const FOOTER_SCHEMA = 1
const MESSAGE_HEADER = 2
const SCHEMA_ENDIANNESS = 0

/** Whether the numbers of an Arrow file or stream are in big-endian order; false where its schema cannot be read. */
export function isBigEndian(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const isFile = bytes[0] === 0x41
    const schema = isFile ? schemaOfFile(view) : schemaOfStream(view)
    const at = schema === null ? null : fieldAt(view, schema, SCHEMA_ENDIANNESS)
    return at !== null && view.getInt16(at, true) === 1
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function schemaOfFile(view: DataView): number | null {
  const end = view.byteLength - MAGIC_BYTES - LENGTH_BYTES
  const footer = end - view.getInt32(end, true)
  return tableAt(view, footer + view.getUint32(footer, true), FOOTER_SCHEMA)
}

function schemaOfStream(view: DataView): number | null {
  const start = view.getInt32(0, true) === CONTINUATION ? 2 * LENGTH_BYTES : LENGTH_BYTES
  return tableAt(view, start + view.getUint32(start, true), MESSAGE_HEADER)
}

/** Where a table's field lies; null where it has its default. */
function fieldAt(view: DataView, table: number, field: number): number | null {
  const places = table - view.getInt32(table, true)
  const at = 4 + 2 * field
  if (at >= view.getUint16(places, true)) return null
  const offset = view.getUint16(places + at, true)
  return offset === 0 ? null : table + offset
}

function tableAt(view: DataView, table: number, field: number): number | null {
  const at = fieldAt(view, table, field)
  return at === null ? null : at + view.getUint32(at, true)
}
