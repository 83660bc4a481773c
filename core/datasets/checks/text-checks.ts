import { literal } from '../sql.ts'
import { inTexts, type Check } from './check.ts'
import { isMyNumber } from './my-number.ts'

const matching =
  (pattern: string) =>
  (column: string): string =>
    `regexp_matches(${column}, ${literal(pattern)})`

const OUTER_SPACE = /^[\s\p{Z}]+|[\s\p{Z}]+$/gu

const outerSpace: Check = {
  id: 'outer-space',
  severity: 'warning',
  find: (table) => inTexts(table, matching(String.raw`^[\s\p{Z}]+[^\s\p{Z}]|[^\s\p{Z}][\s\p{Z}]+$`)),
  repair: { kind: 'fix', fix: (text) => text.replace(OUTER_SPACE, '') },
}

/** All but tab and line breaks; invisible marks that copying from web pages leaves. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u200b\u2060\ufeff]/g

const controlCharacters: Check = {
  id: 'control-characters',
  severity: 'warning',
  find: (table) =>
    inTexts(table, matching(String.raw`[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}\x{200b}\x{2060}\x{feff}]`)),
  repair: { kind: 'fix', fix: (text) => text.replace(CONTROL, '') },
}

/** U+FFFD; UTF-8 read as Shift_JIS (縺ゅ→ 繧ｹ), as Latin-1 (ã\u0081, Ã©); Shift_JIS read as Latin-1 (ƒAƒ). */
const mojibake: Check = {
  id: 'mojibake',
  severity: 'warning',
  find: (table) =>
    inTexts(
      table,
      matching(
        String.raw`\x{FFFD}|[縺繧繝][\x{FF61}-\x{FF9F}ァ-ヶ一-龠A-Za-z].{0,3}[縺繧繝]|ã[\x{80}-\x{BF}‚ƒ„…†‡ˆ‰Š‹Œ]|Ã[\x{80}-\x{BF}]|(ƒ[^\s]){2}`,
      ),
    ),
}

/** Full-width letters and digits, or half-width kana, in a column that also has the ordinary ones. */
const mixedWidth: Check = {
  id: 'mixed-width',
  severity: 'info',
  find: (table) =>
    inTexts(table, (column) => {
      const odd = String.raw`[Ａ-Ｚａ-ｚ０-９\x{FF66}-\x{FF9F}]`
      return `${matching(odd)(column)} AND (SELECT bool_or(regexp_matches(${column}, '[A-Za-z0-9ァ-ヶ]')) FROM rows)`
    }),
  repair: { kind: 'fix', fix: (text) => text.normalize('NFKC') },
}

/** A quote at one end only, or quotes and a delimiter as CSV writes them: a file that was cut in the wrong places. */
const unbalancedQuotes: Check = {
  id: 'unbalanced-quotes',
  severity: 'warning',
  find: (table) =>
    inTexts(table, (column) => {
      const odd = `(length(${column}) - length(replace(${column}, '"', ''))) % 2 = 1`
      return `contains(${column}, '"') AND ((${odd} AND (starts_with(${column}, '"') OR ends_with(${column}, '"'))) OR contains(${column}, '","'))`
    }),
}

/** Digits and marks as they are typed with an input method. */
const narrowed = (column: string): string =>
  `translate(${column}, '０１２３４５６７８９－ー‐−＠．', '0123456789----@.')`

const MAIL = String.raw`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`
const PHONE = String.raw`(^|[^0-9.-])(0[5789]0-?[0-9]{4}-?[0-9]{4}|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}|\(0[0-9]{1,4}\)[0-9]{1,4}-[0-9]{4}|\+81[- ]?[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{4})([^0-9-]|$)`
const TWELVE_DIGITS = String.raw`(^|[^0-9-])[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{4}([^0-9-]|$)`

const isCertain = new RegExp(`${MAIL}|${PHONE}`)

/** Mail addresses, Japanese phone numbers, and what passes for an individual number (マイナンバー). */
const personal: Check = {
  id: 'personal',
  severity: 'warning',
  find: (table) => inTexts(table, (column) => matching(`${MAIL}|${PHONE}|${TWELVE_DIGITS}`)(narrowed(column))),
  confirm(text) {
    const plain = text.normalize('NFKC').replace(/[ー‐−]/g, '-')
    return (
      isCertain.test(plain) ||
      [...plain.matchAll(/(?<![0-9-])\d{4}[- ]?\d{4}[- ]?\d{4}(?![0-9-])/g)].some(([digits]) =>
        isMyNumber(digits.replace(/[- ]/g, '')),
      )
    )
  },
}

export const textChecks: readonly Check[] = [
  outerSpace,
  controlCharacters,
  mojibake,
  mixedWidth,
  unbalancedQuotes,
  personal,
]
