// Python's `'{}'.format(value)`.
import type { Runtime } from './runtime.ts'
import { numberText, plainNumber } from './percent-format.ts'
import { repr, toText } from './text.ts'
import { intOf, numberOf, typeName, type Arguments, type Value } from './values.ts'

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g

/** Fills the fields of a text. Throws Error where a field is damaged or has no value. */
export function formatBraces(format: string, given: Arguments, runtime: Runtime): string {
  let next = 0
  const valueOf = (field: string): Value => {
    const [, name = '', path = ''] = /^([^.[]*)([^]*)$/.exec(field) ?? []
    const value =
      name === '' || /^\d+$/.test(name) ? given.positional[name === '' ? next++ : Number(name)] : given.named.get(name)
    if (value === undefined) throw new RangeError(`Replacement field '${field}' has no value`)
    return [...path.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)].reduce<Value>(
      (object, [, attribute, key]) =>
        attribute === undefined
          ? runtime.item(object, /^\d+$/.test(key!) ? Number(key) : key!)
          : runtime.attribute(object, attribute),
      value,
    )
  }
  const result = format.replace(
    FIELD,
    (whole, field: string | undefined, conversion: string | undefined, spec = '') => {
      if (whole === '{{' || whole === '}}') return whole[0]!
      if (field === undefined) throw new Error(`Single '${whole}' encountered in format string`)
      const value = valueOf(field)
      const converted =
        conversion === undefined
          ? value
          : conversion === 's'
            ? toText(value, runtime.meter)
            : repr(value, runtime.meter)
      const exact = (spec as string).replace(/\{([^{}]*)\}/g, (_, inner: string) =>
        toText(valueOf(inner), runtime.meter),
      )
      return formatValue(converted, exact, runtime)
    },
  )
  runtime.meter.characters(result.length)
  return result
}

const SPEC = /^(?:([^])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u
const MAX_WIDTH = 100_000

/** Python's `format(value, spec)`. */
function formatValue(value: Value, spec: string, { meter }: Runtime): string {
  if (spec === '') return toText(value, meter)
  const [whole, fill, align, sign = '-', alternate, zero, width, grouping, precision, kind] = SPEC.exec(spec) ?? []
  if (whole === undefined) throw new Error(`Invalid format specifier '${spec}'`)
  const size = Number(width ?? 0)
  if (size > MAX_WIDTH || Number(precision ?? 0) > MAX_WIDTH) throw new RangeError(`more than ${MAX_WIDTH} characters`)
  const digits = precision === undefined ? null : Number(precision)
  const number = numberOf(value)
  const isNumber = number !== null && typeof value !== 'boolean'
  if (!isNumber && kind !== undefined && kind !== 's')
    throw new Error(`Unknown format code '${kind}' for object of type '${typeName(value)}'`)
  const text = isNumber
    ? signFor(grouped(numberIn(value, { kind, digits, isAlternate: alternate !== undefined }), grouping), sign)
    : [...toText(value, meter)].slice(0, digits ?? undefined).join('')
  return aligned(text, {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (isNumber ? (zero ? '=' : '>') : '<'),
    size,
  })
}

interface NumberFormat {
  readonly kind: string | undefined
  readonly digits: number | null
  readonly isAlternate: boolean
}

function numberIn(value: Value, { kind, digits, isAlternate }: NumberFormat): string {
  const number = numberOf(value)!
  if (kind === '%') return `${numberText(number * 100, { kind: 'f', digits })}%`
  if (kind === 'n') return plainNumber(value)
  if (kind !== undefined) return numberText(number, { kind, digits, isAlternate })
  if (digits === null) return plainNumber(value)
  const text = numberText(number, { kind: 'g', digits })
  return intOf(value) === null && !/[.e]/.test(text) ? `${text}.0` : text
}

const grouped = (text: string, separator: string | undefined): string =>
  separator === undefined
    ? text
    : text.replace(
        /^(-?)(\d+)/,
        (_, sign: string, whole: string) => sign + whole.replace(/\B(?=(\d{3})+$)/g, separator),
      )

const signFor = (text: string, sign: string): string => (text.startsWith('-') || sign === '-' ? text : sign + text)

function aligned(text: string, { fill, align, size }: { fill: string; align: string; size: number }): string {
  const missing = Math.max(0, size - [...text].length)
  if (align === '<') return text + fill.repeat(missing)
  if (align === '>') return fill.repeat(missing) + text
  if (align === '^') return fill.repeat(missing >> 1) + text + fill.repeat(missing - (missing >> 1))
  const [, sign = '', rest = ''] = /^([-+ ]?)([^]*)$/.exec(text) ?? []
  return sign + fill.repeat(missing) + rest
}
