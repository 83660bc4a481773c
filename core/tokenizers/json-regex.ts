// Regular expressions of a tokenizer.json are Oniguruma's, in Ruby's manner: ^ and $ stand at every line, whose end is \n alone.
// Positive assertions only: V8 lets a negated lookbehind match inside a surrogate pair.
const LINE_START = '(?:^|(?<=\\n)(?=[^]))'
const LINE_END = '(?=\\n|$)'

/** The expression for JavaScript, flags `gu`; null where it uses what JavaScript does not know. */
export function toRegExp(source: string): RegExp | null {
  let translated = ''
  let inClass = false
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!
    if (character === '\\') translated += character + (source[++i] ?? '')
    else if (inClass || (character !== '^' && character !== '$')) translated += character
    else translated += character === '^' ? LINE_START : LINE_END
    if (character === '[') inClass = true
    else if (character === ']') inClass = false
  }
  try {
    return new RegExp(translated, 'gu')
  } catch {
    return null
  }
}
