import { UserError } from '../contract/errors.ts'
import { MAX_ADDED_TOKENS } from './limits.ts'
import { skipSpaces, withoutTrailingSpaces } from './white-space.ts'

/** A string that stands for one id and is never cut: `<s>`, `<|im_end|>`. */
export interface SpecialToken {
  readonly id: number
  readonly text: string
  /** False for added words that belong to the text when it is decoded. */
  readonly hidden: boolean
  /** Swallows the spaces on its left or right. */
  readonly stripsLeft: boolean
  readonly stripsRight: boolean
  /** Found only where no letter, digit or the like stands beside it; false where not given. */
  readonly wholeWord?: boolean
}

/** A stretch of ordinary text, or a special token. */
export type TextPart = string | SpecialToken

/** Finds special tokens in text: the leftmost, then the longest. */
export class SpecialTokens {
  readonly list: readonly SpecialToken[]
  private readonly byText: ReadonlyMap<string, SpecialToken>
  private readonly byId: ReadonlyMap<number, SpecialToken>
  private readonly pattern: RegExp | null

  /** Throws UserError 'tokenizer/too-many-added' for more than text can be looked through for. */
  constructor(list: readonly SpecialToken[]) {
    if (list.length > MAX_ADDED_TOKENS)
      throw new UserError('tokenizer/too-many-added', { found: list.length, max: MAX_ADDED_TOKENS })
    this.list = list
    this.byText = new Map(list.map((token) => [token.text, token]))
    this.byId = new Map(list.map((token) => [token.id, token]))
    const texts = [...this.byText.keys()].filter((text) => text !== '').sort((a, b) => b.length - a.length)
    this.pattern = texts.length > 0 ? new RegExp(texts.map(escapeRegExp).join('|'), 'gu') : null
  }

  /** The special token with this id. */
  get(id: number): SpecialToken | undefined {
    return this.byId.get(id)
  }

  /** Cuts a text into its special tokens and what lies between them; empty stretches are left out. */
  split(text: string): TextPart[] {
    if (!this.pattern) return text === '' ? [] : [text]
    const parts: TextPart[] = []
    let start = 0
    for (const match of text.matchAll(this.pattern)) {
      const token = this.byText.get(match[0])!
      const end = match.index + match[0].length
      if (token.wholeWord && touchesWord(text, match.index, end)) continue
      const before = text.slice(start, match.index)
      parts.push(token.stripsLeft ? withoutTrailingSpaces(before) : before, token)
      start = token.stripsRight ? skipSpaces(text, end) : end
    }
    parts.push(text.slice(start))
    return parts.filter((part) => part !== '')
  }
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]'
const endsWithWord = new RegExp(`${WORD}$`, 'u')
const startsWithWord = new RegExp(`^${WORD}`, 'u')

// Two UTF-16 units hold any character.
const touchesWord = (text: string, start: number, end: number): boolean =>
  endsWithWord.test(text.slice(Math.max(0, start - 2), start)) || startsWithWord.test(text.slice(end, end + 2))
