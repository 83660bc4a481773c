import { createHash } from 'node:crypto'

/**
 * Refused by Windows, or invisible: control and format characters (such as those that turn the direction of writing),
 * halves of surrogate pairs.
 */
const UNUSABLE = /[<>:"/\\|?*]|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i
/** File systems take 255 bytes (or UTF-16 units), and `.partial` and the like are appended. */
const MAX_NAME_BYTES = 200

/**
 * A name that every file system takes and that shows what it is. One that had to be changed gets letters of its own, so
 * that no two files get the same.
 */
export function plainName(part: string): string {
  const plain = part
    .replaceAll(UNUSABLE, '_')
    .replace(/[. ]+$/, '_')
    .replace(DEVICE, '_$1')
  if (plain === part && Buffer.byteLength(plain) <= MAX_NAME_BYTES) return part
  const letters = createHash('sha256').update(part).digest('hex').slice(0, 8)
  // Both endings of `table.jsonl.gz` tell how it is read.
  const ending = /(?:\.[a-z0-9]{1,8}){1,2}$/i.exec(plain)?.[0] ?? ''
  return `${cut(plain.slice(0, plain.length - ending.length), MAX_NAME_BYTES - ending.length)}-${letters}${ending}`
}

/** The first characters of a text, at most so many bytes in UTF-8. */
function cut(text: string, bytes: number): string {
  let kept = ''
  for (const character of text) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > bytes) break
    kept += character
  }
  return kept
}
