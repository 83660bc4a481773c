// Normalisers of a tokenizer.json with a Unigram model, as Hugging Face's Rust `tokenizers` applies them.
import { z } from 'zod'
import { characterOfByte } from './byte-alphabet.ts'
import { CharsMap } from './chars-map.ts'
import { graphemesOf } from './graphemes.ts'
import { jsonReplace } from './json-replace.ts'
import { fromUtf8, toUtf8 } from './utf8.ts'
import { withoutLeadingSpaces, withoutTrailingSpaces } from './white-space.ts'

/** Rewrites a text. */
export type Step = (text: string) => string

const kinds = {
  Precompiled: (json: unknown) =>
    precompiled(z.object({ precompiled_charsmap: z.string() }).parse(json).precompiled_charsmap),
  Replace: (json: unknown) => jsonReplace(json)?.apply ?? null,
  Prepend: (json: unknown) => {
    const { prepend } = z.object({ prepend: z.string() }).parse(json)
    return (text: string) => (text === '' ? '' : prepend + text)
  },
  Strip: (json: unknown) => {
    const { strip_left: left, strip_right: right } = z
      .object({ strip_left: z.boolean(), strip_right: z.boolean() })
      .parse(json)
    return (text: string) => {
      const rest = left ? withoutLeadingSpaces(text) : text
      return right ? withoutTrailingSpaces(rest) : rest
    }
  },
  // By character: the final form of Σ is not looked for.
  Lowercase: () => (text: string) => Array.from(text, (character) => character.toLowerCase()).join(''),
  NFC: () => (text: string) => text.normalize('NFC'),
  NFD: () => (text: string) => text.normalize('NFD'),
  NFKC: () => (text: string) => text.normalize('NFKC'),
  NFKD: () => (text: string) => text.normalize('NFKD'),
  StripAccents: () => (text: string) => text.replace(/\p{M}/gu, ''),
  ByteLevel: () => (text: string) => Array.from(toUtf8(text), (byte) => characterOfByte[byte]!).join(''),
  BertNormalizer: bert,
  Sequence: (json: unknown): Step | null => {
    const steps = z
      .object({ normalizers: z.array(z.unknown()) })
      .parse(json)
      .normalizers.map(jsonNormalizer)
    return steps.every((step): step is Step => step !== null)
      ? (text) => steps.reduce((result, step) => step(result), text)
      : null
  },
} as const satisfies Record<string, (json: unknown) => Step | null>

/**
 * The normaliser that the JSON describes; null for a kind that is not known. Throws ZodError for a damaged description.
 */
export function jsonNormalizer(json: unknown): Step | null {
  if (json === null || json === undefined) return (text) => text
  const { type } = z.looseObject({ type: z.string() }).parse(json)
  return Object.hasOwn(kinds, type) ? kinds[type as keyof typeof kinds](json) : null
}

const HAN_OF_BERT =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu

function bert(json: unknown): Step {
  const {
    clean_text: cleans,
    handle_chinese_chars: spacesHan,
    strip_accents: strips,
    lowercase,
  } = z
    .object({
      clean_text: z.boolean().default(true),
      handle_chinese_chars: z.boolean().default(true),
      strip_accents: z.boolean().nullish(),
      lowercase: z.boolean().default(true),
    })
    .parse(json)
  const steps: Step[] = []
  if (cleans)
    steps.push((text) => text.replace(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, '').replace(/\p{White_Space}/gu, ' '))
  if (spacesHan) steps.push((text) => text.replace(HAN_OF_BERT, ' $& '))
  if (strips ?? lowercase) steps.push((text) => text.normalize('NFD').replace(/\p{Mn}/gu, ''))
  if (lowercase) steps.push(kinds.Lowercase())
  return (text) => steps.reduce((result, step) => step(result), text)
}

/** A grapheme of so many bytes or more is replaced character by character. */
const WHOLE_GRAPHEME_BYTES = 6
/** Replacements that are kept; ordinary text has far fewer graphemes. */
const KNOWN_GRAPHEMES = 20_000

/**
 * SentencePiece's replacements as the Rust library applies them: by grapheme, of which the shortest known beginning
 * stands for the whole.
 */
function precompiled(base64: string): Step {
  const map = new CharsMap(new Uint8Array(Buffer.from(base64, 'base64')))
  const replaced = (text: string): string | null => {
    map.match(toUtf8(text), 0, 'shortest')
    return map.length > 0 ? fromUtf8(map.replacements.subarray(map.start, map.end)) : null
  }
  const known = new Map<string, string>()
  const ofGrapheme = (grapheme: string): string => {
    const whole = toUtf8(grapheme).length < WHOLE_GRAPHEME_BYTES ? replaced(grapheme) : null
    return whole ?? [...grapheme].map((character) => replaced(character) ?? character).join('')
  }
  return (text) => {
    let result = ''
    for (const grapheme of graphemesOf(text)) {
      const short = known.get(grapheme) ?? ofGrapheme(grapheme)
      if (known.size < KNOWN_GRAPHEMES) known.set(grapheme, short)
      result += short
    }
    return result
  }
}
