const encoder = new TextEncoder()
// Without ignoreBOM the piece U+FEFF would decode to nothing.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export const toUtf8 = (text: string): Uint8Array => encoder.encode(text)

/** Text of UTF-8 bytes. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes)

/** Length in bytes of the character that starts with `lead`. */
export const characterLength = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)

/** The space symbol ▁ (U+2581) that SentencePiece puts for a space. */
export const SPACE_SYMBOL = '\u2581'
export const SPACE_BYTES: readonly [number, number, number] = [0xe2, 0x96, 0x81]
export const SPACE = 0x20
