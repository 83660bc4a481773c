// Jinja templates as transformers renders them: jinja2's immutable sandbox with trim_blocks and lstrip_blocks.
import { Evaluator } from './evaluator.ts'
import { globalsOf } from './globals.ts'
import { Meter } from './meter.ts'
import { parseSource } from './parser.ts'
import { Renderer } from './renderer.ts'
import { Scope } from './scope.ts'
import { fromJson } from './values.ts'

export { SyntaxProblem } from './lexer.ts'

/**
 * Nodes of the template that are worked out for one conversation: published templates need some hundred, and some
 * hundred a message. A thousand characters that are gone through count as one.
 */
const MAX_STEPS = 100_000
const MAX_STEPS_PER_MESSAGE = 2_000
/** A template goes through a conversation's texts some dozen times. */
const STEPS_PER_CHARACTER = 0.1
/** Characters of the text, and of every text on the way; a conversation may bring more of its own. */
const MAX_CHARACTERS = 4_000_000
/** Of a list on the way; a conversation may be longer. */
const MAX_ITEMS = 100_000
/** Nodes inside each other, calls of macros included: published templates have some 50. */
const MAX_DEPTH = 500

/** What a template may do with a conversation: JSON's values. */
export interface TemplateInput {
  readonly messages: readonly object[]
  readonly [name: string]: unknown
}

/**
 * A parsed template: writes the text of an input. Throws Error with the template's own reason, or where it does not
 * come to an end.
 */
export type RenderTemplate = (input: TemplateInput) => string

/**
 * Parses a Jinja template; `now` is the time that `strftime_now` tells. Throws SyntaxProblem. A template is a program
 * of somebody else's: its steps and lengths are bounded.
 */
export function parseTemplate(source: string, now: () => Date = () => new Date()): RenderTemplate {
  const body = parseSource(source)
  return (input) => {
    const size = JSON.stringify(input).length
    const meter = new Meter({
      maxSteps:
        MAX_STEPS +
        MAX_STEPS_PER_MESSAGE * input.messages.length +
        Math.floor((size - (size % 1000)) * STEPS_PER_CHARACTER),
      maxCharacters: MAX_CHARACTERS + 8 * size,
      maxItems: MAX_ITEMS + input.messages.length,
      maxDepth: MAX_DEPTH,
    })
    const evaluator = new Evaluator(meter, now)
    const names = Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, fromJson(value)] as const)
    const scope = new Scope(new Scope(null, globalsOf(evaluator)), names)
    return new Renderer(evaluator).text(body, scope)
  }
}
