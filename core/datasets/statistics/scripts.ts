import type { Script } from '../../contract/index.ts'

const SCRIPTS = ['other', 'hiragana', 'katakana', 'kanji', 'latin', 'digits'] as const satisfies readonly Script[]
/** Places in SCRIPTS; what no range names is `other`. */
const [HIRAGANA, KATAKANA, KANJI, LATIN, DIGITS] = [1, 2, 3, 4, 5] as const
/** White space and the second halves of surrogate pairs. */
const BLANK = 6
const LOW_SURROGATE = 7

const ranges: readonly (readonly [kind: number, from: number, to: number])[] = [
  [BLANK, 0x00, 0x20],
  [BLANK, 0x85, 0x85],
  [BLANK, 0xa0, 0xa0],
  [BLANK, 0x2000, 0x200a],
  [BLANK, 0x2028, 0x2029],
  [BLANK, 0x3000, 0x3000],
  [BLANK, 0xfeff, 0xfeff],
  [HIRAGANA, 0x3041, 0x309f],
  [KATAKANA, 0x30a1, 0x30ff],
  [KATAKANA, 0x31f0, 0x31ff],
  [KATAKANA, 0xff66, 0xff9f],
  // 々〆〇, extension A, the main block, compatibility forms such as 﨑, and the first halves of what lies beyond U+20000.
  [KANJI, 0x3005, 0x3007],
  [KANJI, 0x3400, 0x4dbf],
  [KANJI, 0x4e00, 0x9fff],
  [KANJI, 0xf900, 0xfaff],
  [KANJI, 0xd840, 0xd88d],
  [LATIN, 0x41, 0x5a],
  [LATIN, 0x61, 0x7a],
  [LATIN, 0xaa, 0xaa],
  [LATIN, 0xba, 0xba],
  [LATIN, 0xc0, 0xd6],
  [LATIN, 0xd8, 0xf6],
  [LATIN, 0xf8, 0x24f],
  [LATIN, 0xff21, 0xff3a],
  [LATIN, 0xff41, 0xff5a],
  [DIGITS, 0x30, 0x39],
  [DIGITS, 0xff10, 0xff19],
  [LOW_SURROGATE, 0xdc00, 0xdfff],
]

const kinds = new Uint8Array(0x10000)
for (const [kind, from, to] of ranges) kinds.fill(kind, from, to + 1)

/** How many characters of each script were seen; white space is counted apart. */
export class ScriptCounts {
  readonly #counts = new Float64Array(LOW_SURROGATE + 1)

  /** Adds a text and returns how many characters (Unicode code points) it has. */
  add(text: string): number {
    const before = this.#counts[LOW_SURROGATE] as number
    for (let index = 0; index < text.length; index++)
      (this.#counts[kinds[text.charCodeAt(index)] as number] as number)++
    return text.length - ((this.#counts[LOW_SURROGATE] as number) - before)
  }

  of(script: Script): number {
    return this.#counts[SCRIPTS.indexOf(script)] as number
  }

  /** Adds what another has counted. */
  include(other: ScriptCounts): void {
    for (const [index, count] of other.#counts.entries()) this.#counts[index] = (this.#counts[index] as number) + count
  }

  /** True where nothing but white space was seen. */
  isEmpty(): boolean {
    return SCRIPTS.every((script) => this.of(script) === 0)
  }

  clear(): void {
    this.#counts.fill(0)
  }

  /** Each script's share of all characters but white space; zeros where there are none. */
  shares(): Record<Script, number> {
    const all = SCRIPTS.reduce((sum, script) => sum + this.of(script), 0)
    return Object.fromEntries(SCRIPTS.map((script) => [script, all === 0 ? 0 : this.of(script) / all])) as Record<
      Script,
      number
    >
  }
}

/** Fewer kana and kanji than this share of all letters are quotations in another language's text. */
const MIN_JAPANESE = 0.2

/**
 * The language of a text by its scripts: kana and kanji are Japanese, Latin letters English; without any letter, or
 * with others such as Hangul, neither.
 */
export function languageOf(counts: ScriptCounts): 'ja' | 'en' | 'other' {
  const japanese = counts.of('hiragana') + counts.of('katakana') + counts.of('kanji')
  const latin = counts.of('latin')
  if (japanese > 0 && japanese >= MIN_JAPANESE * (japanese + latin))
    return japanese >= counts.of('other') / 2 ? 'ja' : 'other'
  return latin > 0 && latin >= counts.of('other') ? 'en' : 'other'
}
