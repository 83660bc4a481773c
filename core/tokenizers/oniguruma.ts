// Regular expressions of a tokenizer.json are Oniguruma's, in Ruby's manner, over Unicode. JavaScript's differ in what
// \s, \w, \d, . and $ mean, in classes inside classes, and have neither possessive repetitions nor switches.

// ^ and $ stand at every line, whose end is \n alone. Positive assertions only: V8 lets a negated lookbehind match
// inside a surrogate pair.
const LINE_START = '(?:^|(?<=\\n)(?=[^]))'
const LINE_END = '(?=\\n|$)'
const SPACE = '\\p{White_Space}'
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}'
/** Outside of brackets the fractions and powers of Latin-1 are of words too. */
const WORD_ALONE = `${WORD}\\u00b2\\u00b3\\u00b9\\u00bc-\\u00be`
const WORD_EDGE = `(?:(?<=[${WORD_ALONE}])(?![${WORD_ALONE}])|(?<![${WORD_ALONE}])(?=[${WORD_ALONE}]))`

/** What a letter behind a backslash means inside a class, and outside of one in brackets. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: SPACE,
  S: '\\P{White_Space}',
  w: WORD,
  W: `[^${WORD}]`,
  h: '0-9A-Fa-f',
  H: '[^0-9A-Fa-f]',
}
const OUTSIDE: Readonly<Record<string, string>> = {
  w: `[${WORD_ALONE}]`,
  W: `[^${WORD_ALONE}]`,
  A: '(?<![^])',
  z: '(?![^])',
  Z: '(?=\\n?(?![^]))',
  b: WORD_EDGE,
  B: `(?!${WORD_EDGE})`,
  R: '(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])',
}
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7, e: 27 }
const NO_TEXT = '\\p{Cc}\\p{Cn}\\p{Cs}'
const PROPERTIES: Readonly<Record<string, string>> = {
  alpha: '\\p{Alphabetic}',
  digit: '\\p{Nd}',
  upper: '\\p{Uppercase}',
  lower: '\\p{Lowercase}',
  space: SPACE,
  punct: '\\p{P}',
  alnum: '[\\p{Alphabetic}\\p{Nd}]',
  word: `[${WORD}]`,
  cntrl: '\\p{Cc}',
  xdigit: '[0-9A-Fa-f]',
  blank: '[\\p{Zs}\\t]',
  graph: `[^${SPACE}${NO_TEXT}]`,
  print: `[[^${SPACE}${NO_TEXT}]\\p{Zs}]`,
  any: '[^]',
  ascii: '\\p{ASCII}',
}

/** The expression for JavaScript, flags `gv`; null where it uses what JavaScript cannot say. */
export function toRegExp(source: string): RegExp | null {
  try {
    return new RegExp(new Translator(source).translate(), 'gv')
  } catch {
    return null
  }
}

/**
 * True where an empty match lies between the halves of a surrogate pair, which is no place in the text: V8 finds negated
 * assertions there.
 */
export const splitsCharacter = (text: string, index: number): boolean =>
  /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(Math.max(0, index - 1), index + 1)) && index > 0

class NotSayable extends Error {}

/** A group that is open: where it begins in the result, what closes it, and the switches around it. */
interface Group {
  readonly start: number
  readonly close: string
  readonly ignoresCase: boolean
  readonly dotAll: boolean
}

class Translator {
  readonly #source: string
  #place = 0
  #result = ''
  /** Where the last atom, which a repetition repeats, begins in the result. */
  #atom = 0
  readonly #groups: Group[] = []
  #ignoresCase = false
  #dotAll = false
  #named = 0
  /** What closes the switches that are in no group. */
  #end = ''

  constructor(source: string) {
    this.#source = source
  }

  translate(): string {
    while (this.#place < this.#source.length) this.#next()
    if (this.#groups.length > 0) throw new NotSayable()
    return this.#result + this.#end
  }

  /** Goes past a text that the pattern matches here. */
  #take(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern.source, 'uy')
    sticky.lastIndex = this.#place
    const found = sticky.exec(this.#source)
    if (found) this.#place += found[0].length
    return found
  }

  #emit(text: string): void {
    this.#atom = this.#result.length
    this.#result += text
  }

  #next(): void {
    if (this.#take(/\(\?#[^)]*\)/)) return
    const repetition = this.#take(/(?:[*+?]|\{\d*,?\d*\}(?<!\{\}|\{,\}))([+?]?)/)
    if (repetition) return this.#repeat(repetition[0], repetition[1] ?? '')
    if (this.#take(/\(/)) return this.#open()
    if (this.#take(/\)/)) return this.#close()
    if (this.#take(/\[/)) return this.#emit(this.#class())
    if (this.#take(/\\/)) return this.#escape()
    const character = this.#take(/[^]/)![0]
    if (character === '|') this.#result += '|'
    else if (character === '^') this.#emit(LINE_START)
    else if (character === '$') this.#emit(LINE_END)
    else if (character === '.') this.#emit(this.#dotAll ? '[^]' : '[^\\n]')
    else this.#emit(this.#literal(character))
  }

  /** `a++` gives nothing back: what a lookahead has found is taken whole. */
  #repeat(text: string, suffix: string): void {
    const isInterval = text.startsWith('{')
    const atom = this.#result.slice(this.#atom)
    const plain = suffix === '+' ? text.slice(0, -1) : text
    const bounds = plain.replace(/^\{,/, '{0,')
    this.#result = this.#result.slice(0, this.#atom)
    if (suffix !== '+') this.#result += atom + bounds
    else if (isInterval) this.#result += `(?:${atom}${bounds})+`
    else this.#result += this.#whole(atom + bounds)
  }

  #whole(text: string): string {
    const name = `whole${this.#named++}`
    return `(?:(?=(?<${name}>${text}))\\k<${name}>)`
  }

  #open(): void {
    const group = { start: this.#result.length, close: ')', ignoresCase: this.#ignoresCase, dotAll: this.#dotAll }
    if (this.#take(/\?>/)) {
      const name = `whole${this.#named++}`
      this.#result += `(?:(?=(?<${name}>`
      this.#groups.push({ ...group, close: `))\\k<${name}>)` })
      return
    }
    const switches = this.#take(/\?([imx]*)(?:-([imx]+))?([:)])/)
    if (switches) return this.#switch(switches, group)
    const kind = this.#take(/\?(?:[:=!]|<[=!])/)?.[0] ?? (this.#take(/\?<[A-Za-z_]\w*>|(?!\?)/) ? '?:' : null)
    if (kind === null) throw new NotSayable()
    this.#result += `(${kind}`
    this.#groups.push(group)
  }

  /** `(?i:…)`, or `(?i)` for the rest of the group. */
  #switch([, on = '', off = '', end]: RegExpExecArray, group: Group): void {
    if ((on + off).includes('x')) throw new NotSayable()
    if (/i/.test(on + off)) this.#ignoresCase = on.includes('i')
    if (/m/.test(on + off)) this.#dotAll = on.includes('m')
    this.#result += '(?:'
    if (end === ':') this.#groups.push(group)
    else {
      const outer = this.#groups.pop()
      if (outer) this.#groups.push({ ...outer, close: `)${outer.close}` })
      else this.#end += ')'
    }
  }

  #close(): void {
    const group = this.#groups.pop()
    if (!group) throw new NotSayable()
    this.#result += group.close
    this.#atom = group.start
    this.#ignoresCase = group.ignoresCase
    this.#dotAll = group.dotAll
  }

  #escape(): void {
    const letter = this.#take(/[^]/)?.[0] ?? ''
    if (OUTSIDE[letter] !== undefined) return this.#emit(OUTSIDE[letter])
    const classes = CLASSES[letter]
    if (classes !== undefined) return this.#emit(`[${classes}]`)
    if (this.#take(/(?<=p)\{Word\}/i)) return this.#emit(OUTSIDE[letter === 'p' ? 'w' : 'W']!)
    if (letter === 'p' || letter === 'P') return this.#emit(this.#property(letter === 'P'))
    this.#emit(this.#literal(this.#escaped(letter)))
  }

  /** The character that an escape stands for. */
  #escaped(letter: string): string {
    if (CONTROLS[letter] !== undefined) return String.fromCodePoint(CONTROLS[letter])
    const hex =
      letter === 'x'
        ? this.#take(/\{([\da-fA-F]{1,6})\}|([\da-fA-F]{1,2})/)
        : letter === 'u'
          ? this.#take(/([\da-fA-F]{4})/)
          : null
    if (hex) return String.fromCodePoint(parseInt(hex[1] ?? hex[2]!, 16))
    if (letter === '0') return '\0'
    if (letter === '' || /[\dkgKGXxuNOCMc]/.test(letter)) throw new NotSayable()
    return letter
  }

  #property(isNegated: boolean): string {
    const [, caret = '', name = ''] = this.#take(/\{(\^?)([\w -]+)\}/) ?? []
    const found = propertyOf(name)
    return isNegated === (caret === '^') ? found : `[^${found}]`
  }

  #literal(character: string): string {
    const others = this.#ignoresCase ? otherCases(character) : ''
    return others === '' ? plain(character) : `[${[...(character + others)].map(plain).join('')}]`
  }

  /** What stands between brackets, of which the first is gone past. */
  #class(): string {
    const isNegated = this.#take(/\^/) !== null
    const operands: string[] = []
    let members = this.#take(/\]/) ? plain(']') : ''
    for (;;) {
      if (this.#take(/\]/)) break
      if (this.#take(/&&/)) {
        operands.push(members)
        members = ''
      } else members += this.#member()
    }
    const whole = operands.length === 0 ? members : [...operands, members].map((operand) => `[${operand}]`).join('&&')
    return `[${isNegated ? '^' : ''}${whole}]`
  }

  #member(): string {
    const posix = this.#take(/\[:(\^?)(\w+):\]/)
    if (posix) {
      const found = posix[2] === 'punct' ? '[\\p{P}\\p{S}]' : propertyOf(posix[2]!)
      return posix[1] ? `[^${found}]` : found
    }
    if (this.#take(/\[/)) return this.#class()
    const first = this.#classCharacter()
    if (first.length > 1 && [...first].length > 1) return first
    if (!this.#take(/-(?!\])(?!\[)/)) return this.#folded(first, first)
    const last = this.#classCharacter()
    if ([...last].length > 1) return this.#folded(first, first) + plain('-') + last
    return this.#folded(first, last)
  }

  /** A character, or what stands for several. */
  #classCharacter(): string {
    if (!this.#take(/\\/)) {
      const character = this.#take(/[^]/)
      if (!character) throw new NotSayable()
      return character[0]
    }
    const letter = this.#take(/[^]/)?.[0] ?? ''
    if (letter === 'p' || letter === 'P') return this.#property(letter === 'P')
    if (letter === 'b') return '\b'
    return CLASSES[letter] ?? this.#escaped(letter)
  }

  /** A range with the letters that differ from its own by case, where case does not count. */
  #folded(first: string, last: string): string {
    const range = first === last ? plain(first) : `${plain(first)}-${plain(last)}`
    if (!this.#ignoresCase) return range
    let others = ''
    for (let code = first.codePointAt(0)!; code <= Math.min(last.codePointAt(0)!, 0x24f); code++)
      others += otherCases(String.fromCodePoint(code))
    return range + [...others].map(plain).join('')
  }
}

/** Characters that count as the same where case does not: those of one simple case folding. */
function otherCases(character: string): string {
  const same = new Set<string>()
  for (const other of [character.toLowerCase(), character.toUpperCase(), character.toUpperCase().toLowerCase()])
    if ([...other].length === 1) same.add(other)
  if (same.has('s')) same.add('ſ')
  if (same.has('k')) same.add('\u212a')
  same.delete(character)
  return same.size > 0 && /\p{L}/u.test(character) ? [...same].join('') : ''
}

/** A character that stands for itself, inside a class and outside. */
const plain = (character: string): string =>
  /^[\p{L}\p{N}]$/u.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`

/** A property by Oniguruma's name: of Unicode's categories, scripts and properties, or POSIX's. */
function propertyOf(name: string): string {
  const known = name.toLowerCase()
  if (Object.hasOwn(PROPERTIES, known)) return PROPERTIES[known]!
  for (const written of [`\\p{${name}}`, `\\p{Script=${name}}`])
    try {
      new RegExp(written, 'v')
      return written
    } catch {
      // Another kind of property.
    }
  throw new NotSayable()
}
