// Python's json.dumps, as transformers' `tojson` calls it.
import type { Meter } from './meter.ts'
import { floatText } from './text.ts'
import { Dict, Float, List, numberOf, stringOf, Tuple, typeName, type Value } from './values.ts'
import { order } from './operators.ts'

export interface JsonStyle {
  readonly isAscii: boolean
  /** What a level is indented by; null for all in one line. */
  readonly indent: string | null
  readonly separators: readonly [item: string, key: string]
  readonly sortsKeys: boolean
}

/** The value as JSON. Throws Error for what JSON cannot say. */
export function toJson(value: Value, style: JsonStyle, meter: Meter): string {
  return new JsonWriter(style, meter).write(value, 0)
}

class JsonWriter {
  readonly #style: JsonStyle
  readonly #meter: Meter
  #length = 0

  constructor(style: JsonStyle, meter: Meter) {
    this.#style = style
    this.#meter = meter
  }

  write(value: Value, level: number): string {
    this.#meter.step()
    const simple = this.#simple(value)
    if (simple !== null) return this.#counted(simple)
    if (value instanceof List || value instanceof Tuple) {
      const items = value.items.map((item) => this.#meter.deeper(() => this.write(item, level + 1)))
      return this.#bracketed(['[', ']'], items, level)
    }
    if (!(value instanceof Dict)) throw new TypeError(`Object of type ${typeName(value)} is not JSON serializable`)
    const entries = [...value.entries()]
    if (this.#style.sortsKeys) entries.sort(([a], [b]) => order(a, b, '<', this.#meter))
    const items = entries.map(
      ([key, item]) =>
        this.#counted(this.#key(key)) +
        this.#style.separators[1] +
        this.#meter.deeper(() => this.write(item, level + 1)),
    )
    return this.#bracketed(['{', '}'], items, level)
  }

  #simple(value: Value): string | null {
    const text = stringOf(value)
    if (text !== null) return this.#quoted(text)
    if (value === null) return 'null'
    if (typeof value === 'boolean') return String(value)
    if (typeof value === 'number') return String(value)
    if (!(value instanceof Float)) return null
    if (Number.isNaN(value.value)) return 'NaN'
    if (!Number.isFinite(value.value)) return value.value > 0 ? 'Infinity' : '-Infinity'
    return floatText(value.value)
  }

  #key(key: Value): string {
    const text = stringOf(key)
    if (text !== null) return this.#quoted(text)
    if (key !== null && numberOf(key) === null)
      throw new TypeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
    return `"${this.#simple(key)}"`
  }

  #quoted(text: string): string {
    const escaped = text.replace(/["\\\x00-\x1f]/g, (character) => SHORT[character] ?? unit(character))
    return `"${this.#style.isAscii ? escaped.replace(/[^\x00-\x7e]/g, unit) : escaped}"`
  }

  #bracketed([open, close]: readonly [string, string], items: readonly string[], level: number): string {
    const { indent, separators } = this.#style
    if (items.length === 0) return open + close
    if (indent === null) return this.#counted(open + close, items.length) && open + items.join(separators[0]) + close
    const line = `\n${indent.repeat(level + 1)}`
    this.#counted(line, items.length)
    return open + line + items.join(separators[0] + line) + `\n${indent.repeat(level)}${close}`
  }

  /** The whole text is bounded: parts that are shared are written again and again. */
  #counted(text: string, times = 1): string {
    this.#length += text.length * times
    this.#meter.characters(this.#length)
    return text
  }
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
}

const unit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
