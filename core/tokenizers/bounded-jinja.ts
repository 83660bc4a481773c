import { Environment, Interpreter, parse, Template, tokenize } from '@huggingface/jinja'

/**
 * Nodes of the template that are worked out for one conversation: published templates need some hundred, and some
 * hundred a message. A step of a loop takes up to 25 µs.
 */
const MAX_STEPS = 100_000
const MAX_STEPS_PER_MESSAGE = 2_000
/** Characters of the text, and of every text on the way; a conversation may bring more of its own. */
const MAX_CHARACTERS = 4_000_000
const MAX_RANGE = 10_000
/** Of a list on the way; a conversation may be longer. */
const MAX_ITEMS = 100_000
/** Nodes inside each other, calls of macros included: published templates have some 50. */
const MAX_DEPTH = 500

/** What a template may do with a conversation. */
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
 * Parses a Jinja template as the library's own `Template` does. Unlike there, steps and lengths are bounded when it is
 * rendered: a template is a program of somebody else's.
 */
export function parseTemplate(source: string): RenderTemplate {
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }))
  return (input) => {
    const environment = new Environment()
    for (const [name, value] of Object.entries({ ...globals, ...input })) environment.set(name, value)
    const maxSteps = MAX_STEPS + MAX_STEPS_PER_MESSAGE * input.messages.length
    return String(
      new BoundedInterpreter(environment, {
        maxSteps,
        maxCharacters: MAX_CHARACTERS + 8 * sizeOf(input),
        maxItems: MAX_ITEMS + input.messages.length,
      }).run(program).value,
    )
  }
}

/** Characters of the conversation; JSON writes a few more. */
const sizeOf = (input: TemplateInput): number => JSON.stringify(input.messages).length

interface Limits {
  readonly maxSteps: number
  readonly maxCharacters: number
  readonly maxItems: number
}

class BoundedInterpreter extends Interpreter {
  readonly #limits: Limits
  #steps = 0
  #depth = 0

  constructor(environment: Environment, limits: Limits) {
    super(environment)
    this.#limits = limits
  }

  override evaluate(...node: Parameters<Interpreter['evaluate']>): ReturnType<Interpreter['evaluate']> {
    if (++this.#steps > this.#limits.maxSteps) throw new RangeError(`more than ${this.#limits.maxSteps} steps`)
    if (++this.#depth > MAX_DEPTH) throw new RangeError(`more than ${MAX_DEPTH} levels`)
    const result = super.evaluate(...node)
    // After an error nothing more is worked out.
    this.#depth--
    if (typeof result.value === 'string' && result.value.length > this.#limits.maxCharacters)
      throw new RangeError(`more than ${this.#limits.maxCharacters} characters`)
    if (Array.isArray(result.value) && result.value.length > this.#limits.maxItems)
      throw new RangeError(`more than ${this.#limits.maxItems} items`)
    return result
  }
}

/** What the library gives every template, with a bounded `range`. */
const globals = {
  false: false,
  true: true,
  none: null,
  False: false,
  True: true,
  None: null,
  raise_exception(reason: unknown): never {
    throw new Error(String(reason))
  },
  strftime_now: (format: string): string => new Template('{{ strftime_now(format) }}').render({ format }),
  range(first: number, end?: number, step = 1): number[] {
    const [start, stop] = end === undefined ? [0, first] : [first, end]
    if (step === 0) throw new RangeError('range() step must not be zero')
    const length = Math.max(0, Math.ceil((stop - start) / step))
    if (!(length <= MAX_RANGE)) throw new RangeError(`range() of more than ${MAX_RANGE} numbers`)
    return Array.from({ length }, (_, index) => start + index * step)
  },
}
