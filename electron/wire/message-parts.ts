/**
 * How calls cross the socket; used by the page and by the host. A call is `{ id, name, input }`; a long one goes as
 * parts of that text.
 */

/** A part of a call's text. Parts of one call come in order, from `part` 0 to `parts - 1`. */
export interface MessagePart {
  readonly id: number
  readonly part: number
  readonly parts: number
  readonly text: string
}

export const PART_CHARACTERS = 2 ** 18

/** Longer calls are refused by the host. */
export const MAX_PARTS = 256

/**
 * The messages that carry the call `text`: itself where it is short, else its parts.
 * A pair of surrogates may be cut: JSON escapes a lone one, and joining the parts restores the pair.
 */
export function* messagesOf(id: number, text: string): Generator<string> {
  if (text.length <= PART_CHARACTERS) return yield text
  const parts = Math.ceil(text.length / PART_CHARACTERS)
  for (let part = 0; part < parts; part++) {
    const message: MessagePart = {
      id,
      part,
      parts,
      text: text.slice(part * PART_CHARACTERS, (part + 1) * PART_CHARACTERS),
    }
    yield JSON.stringify(message)
  }
}
