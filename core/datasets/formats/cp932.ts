/** Lead bytes of two-byte characters, and the trail bytes that may follow. */
const LEADS = [
  [0x81, 0x9f],
  [0xe0, 0xfc],
] as const
const TRAILS = [
  [0x40, 0x7e],
  [0x80, 0xfc],
] as const

let table: ReadonlyMap<string, number> | null = null

/**
 * Every character of CP932 (Windows' Shift_JIS) with its bytes, made by decoding all of them once; where a character
 * has several, the first is Windows' choice but for NEC's doubles.
 */
function tableOf(): ReadonlyMap<string, number> {
  if (table) return table
  const decoder = new TextDecoder('shift_jis')
  const map = new Map<string, number>()
  for (let byte = 0; byte < 0x80; byte++) map.set(String.fromCharCode(byte), byte)
  for (let byte = 0xa1; byte <= 0xdf; byte++) map.set(decoder.decode(Uint8Array.of(byte)), byte)
  for (const [firstLead, lastLead] of LEADS)
    for (let lead = firstLead; lead <= lastLead; lead++)
      for (const [firstTrail, lastTrail] of TRAILS)
        for (let trail = firstTrail; trail <= lastTrail; trail++) {
          const character = decoder.decode(Uint8Array.of(lead, trail))
          const isDouble = lead >= 0xed && lead <= 0xee
          if (
            !character.includes('\ufffd') &&
            character.length === 1 &&
            !isUserDefined(character) &&
            !(isDouble || map.has(character))
          )
            map.set(character, lead * 256 + trail)
        }
  // IBM's extensions (0xFA…0xFC) are what Windows writes for characters that NEC's selection (0xED, 0xEE) has too; the
  // loop above leaves the latter out.
  return (table = map)
}

const isUserDefined = (character: string): boolean => character >= '\ue000' && character <= '\uf8ff'

/** Characters that look alike and of which CP932 has only one: what Windows itself writes for them. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
  '〜': '～',
  '−': '－',
  '‖': '∥',
  '—': '―',
  '¢': '￠',
  '£': '￡',
  '¬': '￢',
  '¥': '\\',
}

/** The bytes of a text in CP932, or the first character that it does not have. */
export function encodeCp932(text: string): { readonly bytes: Uint8Array } | { readonly missing: string } {
  const map = tableOf()
  const bytes = new Uint8Array(text.length * 2)
  let size = 0
  for (const character of text) {
    const code = map.get(character) ?? map.get(SUBSTITUTES[character] ?? '')
    if (code === undefined) return { missing: character }
    if (code > 0xff) bytes[size++] = code >> 8
    bytes[size++] = code & 0xff
  }
  return { bytes: bytes.subarray(0, size) }
}
