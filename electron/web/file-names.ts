import { posix, win32 } from 'node:path'

/** Longest name that common file systems take, with room for a suffix. */
const MAX_BYTES = 200
/** Names of devices on Windows, whatever their ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * The name that a file from outside gets on this disk: its last part, without what a file system refuses or a terminal
 * obeys. Never empty, `.` or `..`.
 */
export function safeFileName(name: string): string {
  const last = posix.basename(win32.basename(name))
  const plain = last.replace(/[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}]/gu, '_').replace(/^\.+|[. ]+$/g, '')
  const short = shorten(plain)
  if (short === '') return 'file'
  return RESERVED.test(short) ? `_${short}` : short
}

/** Cuts the stem, not the ending: the ending tells the format. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : ''
  let stem = ''
  for (const character of name.slice(0, name.length - ending.length)) {
    if (Buffer.byteLength(stem + character + ending) > MAX_BYTES) break
    stem += character
  }
  return stem.trimEnd() + ending
}
