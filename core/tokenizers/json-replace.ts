// `Replace` of a tokenizer.json, which normalisers and decoders have alike.
import { z } from 'zod'
import { splitsCharacter, toRegExp } from './oniguruma.ts'

const Replace = z.object({
  pattern: z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })]),
  content: z.string(),
})

export interface Replacement {
  /** The pattern as it is written. */
  readonly source: string
  readonly isRegex: boolean
  readonly content: string
  readonly apply: (text: string) => string
}

/**
 * The replacement that the JSON describes; null for a pattern that JavaScript cannot say. Throws ZodError for a damaged
 * one.
 */
export function jsonReplace(json: unknown): Replacement | null {
  const { pattern, content } = Replace.parse(json)
  const isRegex = 'Regex' in pattern
  const wanted = isRegex ? toRegExp(pattern.Regex) : pattern.String || /(?:)/gu
  if (wanted === null) return null
  const apply = (text: string) => {
    if (text === '') return text
    return text.replaceAll(wanted, (found: string, ...rest: unknown[]) => {
      const index = rest.find((value) => typeof value === 'number')!
      return found === '' && splitsCharacter(text, index) ? '' : content
    })
  }
  return { source: isRegex ? pattern.Regex : pattern.String, isRegex, content, apply }
}
