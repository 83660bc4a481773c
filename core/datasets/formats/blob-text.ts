const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as the text that they are in UTF-8; others as DuckDB shows them, `\xFF` for a byte that is no ASCII. */
export function blobText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x5c || byte === 0x22 || byte === 0x27
        ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(byte),
    ).join('')
  }
}
