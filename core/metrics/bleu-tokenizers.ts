import { strip, wordsOf } from './words.ts'

// mteval-v13a and its relatives, as sacrebleu 2.6 has them (https://github.com/mjpost/sacrebleu, Apache-2.0: the rules,
// not the code).

type Rules = readonly (readonly [RegExp, string])[]

const applyRules = (text: string, rules: Rules): string =>
  rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)

/**
 * Punctuation and symbols of ASCII stand alone; dots and commas do unless digits surround them; so does a dash after a
 * digit.
 */
const WESTERN: Rules = [
  [/([{-~[-` -&(-+:-@/])/g, ' $1 '],
  [/([^0-9])([.,])/g, '$1 $2 '],
  [/([.,])([^0-9])/g, ' $1 $2'],
  [/([0-9])(-)/g, '$1 $2 '],
]

/** Punctuation and symbols of every script. */
const INTERNATIONAL: Rules = [
  [/(\P{N})(\p{P})/gu, '$1 $2 '],
  [/(\p{P})(\P{N})/gu, ' $1 $2'],
  [/(\p{S})/gu, ' $1 '],
]

const ENTITIES: Rules = [
  [/&quot;/g, '"'],
  [/&amp;/g, '&'],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
]

function western(text: string): string {
  const line = text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ')
  return applyRules(` ${line.includes('&') ? applyRules(line, ENTITIES) : line} `, WESTERN)
}

/**
 * Ranges of code points that stand alone in `zh`. The first and second are as wide as sacrebleu's comparison of strings
 * makes them.
 */
const CHINESE: readonly (readonly [number, number])[] = [
  [0x2001, 0x2a6d],
  [0x2f81, 0x2fa1],
  [0x3400, 0x4db5],
  [0x4e00, 0x9fa5],
  [0x9fa6, 0x9fbb],
  [0xf900, 0xfa2d],
  [0xfa30, 0xfa6a],
  [0xfa70, 0xfad9],
  [0xff00, 0xffef],
  [0x2e80, 0x2eff],
  [0x3000, 0x303f],
  [0x31c0, 0x31ef],
  [0x2f00, 0x2fdf],
  [0x2ff0, 0x2fff],
  [0x3100, 0x312f],
  [0x31a0, 0x31bf],
  [0xfe10, 0xfe1f],
  [0xfe30, 0xfe4f],
  [0x3200, 0x32ff],
  [0x3300, 0x33ff],
]

function chinese(text: string): string {
  const spread = [...strip(text)].map((character) => {
    const code = character.codePointAt(0) as number
    return CHINESE.some(([first, last]) => code >= first && code <= last) ? ` ${character} ` : character
  })
  return applyRules(spread.join(''), WESTERN)
}

/** How a sentence is cut before n-grams are counted, by sacrebleu's names. */
export const bleuTokenizers = {
  char: (text: string) => [...text].filter((character) => wordsOf(character).length > 0),
  '13a': (text: string) => wordsOf(western(text)),
  zh: (text: string) => wordsOf(chinese(text)),
  intl: (text: string) => wordsOf(applyRules(text, INTERNATIONAL)),
  none: wordsOf,
} as const satisfies Record<string, (text: string) => string[]>

export type BleuTokenizer = keyof typeof bleuTokenizers
