/** What a filled cell holds: its number among the new cells, counted from 0. */
export type Series = (index: number) => string | null

const DAY_MS = 86_400_000

/** A text of one kind: what is before and after its number, and how the number is written. */
interface Numbered {
  readonly prefix: string
  readonly suffix: string
  readonly value: number
  write(value: number): string
}

/**
 * Continues texts as a spreadsheet's fill handle does: several numbers go on by their step (uneven ones along their
 * trend), one number is repeated; `項目1` and dates count on by `single` (-1 where the source is read backwards); every
 * other text repeats. Texts of several kinds each go on by themselves, in turn. Source: Excel's "Fill data
 * automatically".
 */
export function continueSeries(source: readonly (string | null)[], single: 1 | -1 = 1): Series {
  const repeat: Series = (index) => source[index % source.length] ?? null
  const numbers = source.map(numberOf)
  if (numbers.every((one) => one !== null)) return source.length === 1 ? repeat : numberSeries(numbers)
  const dates = source.map(dateOf)
  if (dates.every((one) => one !== null) && new Set(dates.map((one) => one.shape)).size === 1)
    return dateSeries(dates, single)
  const texts = source.map(endingNumber)
  if (
    texts.every((one) => one !== null) &&
    new Set(texts.map((one) => JSON.stringify([one.prefix, one.suffix]))).size === 1
  )
    return textSeries(texts, single)
  return mixedSeries(source, single)
}

/** Repeats the texts. */
export const repeatSeries =
  (source: readonly (string | null)[]): Series =>
  (index) =>
    source[index % source.length] ?? null

/** Each place of the source goes on by one a turn where it counts; the others repeat. */
function mixedSeries(source: readonly (string | null)[], single: 1 | -1): Series {
  const parts = source.map((text): Series => {
    const date = dateOf(text)
    if (date) return dateSeries([date], single)
    const numbered = endingNumber(text)
    return numbered && numberOf(text) === null ? textSeries([numbered], single) : () => text
  })
  return (index) => parts[index % parts.length]?.(Math.floor(index / parts.length)) ?? null
}

interface Written {
  readonly value: number
  readonly decimals: number
  /** Digits of a number with leading zeros such as 007; 0 elsewhere. */
  readonly digits: number
}

function numberOf(text: string | null): Written | null {
  const found = /^([+-]?)(\d{1,15})(?:\.(\d{1,10}))?$/.exec(text?.trim() ?? '')
  if (!found) return null
  const whole = found[2] as string
  return {
    value: Number(text),
    decimals: found[3]?.length ?? 0,
    digits: whole.length > 1 && whole.startsWith('0') ? whole.length : 0,
  }
}

function numberSeries(numbers: readonly Written[]): Series {
  const decimals = Math.max(...numbers.map((one) => one.decimals))
  const digits = Math.max(...numbers.map((one) => one.digits))
  const values = numbers.map((one) => one.value)
  const step = evenStep(values)
  const { start, slope } = step === null ? trendOf(values) : { start: values[0] as number, slope: step }
  return (index) => {
    const value = start + slope * (values.length + index)
    const text = step === null ? String(Number(value.toFixed(10))) : value.toFixed(decimals)
    return text.startsWith('-') ? `-${text.slice(1).padStart(digits, '0')}` : text.padStart(digits, '0')
  }
}

/** The common difference of the values; null where there is none. */
function evenStep(values: readonly number[]): number | null {
  const step = (values[1] ?? 0) - (values[0] ?? 0)
  const even = values.every(
    (value, index) =>
      index === 0 || Math.abs(value - (values[index - 1] as number) - step) < 1e-9 * Math.max(1, Math.abs(value)),
  )
  return even ? step : null
}

/** The straight line nearest to the values (least squares). */
function trendOf(values: readonly number[]): { start: number; slope: number } {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const weights = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0)
  const slope = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0) / weights
  return { start: mean - slope * middle, slope }
}

const wide = (text: string): boolean => /[０-９]/.test(text)
const toWide = (text: string): string =>
  text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))

/** A text that ends, or else begins, with a number: 項目1, 第２問 counts by its last number. */
function endingNumber(text: string | null): Numbered | null {
  const found = /^([\s\S]*?)([0-9０-９]{1,15})([^0-9０-９]*)$/.exec(text ?? '')
  if (!found) return null
  const [, prefix = '', digits = '', suffix = ''] = found
  const width = /^[0０]/.test(digits) ? digits.length : 0
  const write = (value: number) =>
    wide(digits) ? toWide(String(value).padStart(width, '0')) : String(value).padStart(width, '0')
  return { prefix, suffix, value: Number(digits.normalize('NFKC')), write }
}

function textSeries(texts: readonly Numbered[], single: 1 | -1): Series {
  const last = texts.at(-1) as Numbered
  const values = texts.map((one) => one.value)
  const step = values.length === 1 ? single : evenStep(values)
  if (step === null)
    return (index) =>
      writeText(texts[index % texts.length] as Numbered, single * (Math.floor(index / texts.length) + 1))
  return (index) => writeText(last, step * (index + 1))
}

/** A number in a text has no sign: counting down past nought counts up again. */
const writeText = ({ prefix, suffix, value, write }: Numbered, more: number): string =>
  `${prefix}${write(Math.abs(value + more))}${suffix}`

interface Dated {
  readonly time: number
  /** Separators and widths: how the date is written. */
  readonly shape: string
  write(time: number): string
}

function dateOf(text: string | null): Dated | null {
  const found = /^(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})(日?)$/.exec(text?.trim() ?? '')
  if (!found) return null
  const [, year, first, month = '', second, day = '', end] = found
  const japanese = first === '年'
  if (japanese !== (second === '月') || japanese !== (end === '日') || (!japanese && first !== second)) return null
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const date = new Date(time)
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null
  const padded =
    month.length === 2 &&
    day.length === 2 &&
    (month.startsWith('0') || day.startsWith('0') || (Number(month) > 9 && Number(day) > 9 && !japanese))
  const two = (value: number) => (padded ? String(value).padStart(2, '0') : String(value))
  const write = (at: number) => {
    const moved = new Date(at)
    return `${moved.getUTCFullYear()}${first}${two(moved.getUTCMonth() + 1)}${second}${two(moved.getUTCDate())}${end}`
  }
  return { time, shape: `${first}${end}`, write }
}

/**
 * Days go on by their step; dates that are whole months (years) apart go on by months, at the same day or the month's
 * last.
 */
function dateSeries(dates: readonly Dated[], single: 1 | -1): Series {
  const last = dates.at(-1) as Dated
  const times = dates.map((one) => one.time)
  if (dates.length === 1) return (index) => last.write(last.time + single * DAY_MS * (index + 1))
  const writer = dates.find((one) => one.write(one.time) !== last.write(one.time)) ?? last
  const months = evenStep(times.map(monthOf))
  const day = new Date(times[0] as number).getUTCDate()
  if (
    months !== null &&
    months !== 0 &&
    times.every((time) => new Date(time).getUTCDate() === Math.min(day, monthLength(monthOf(time))))
  )
    return (index) => writer.write(timeOf(monthOf(last.time) + months * (index + 1), day))
  const step = evenStep(times)
  if (step === null) return (index) => dates[index % dates.length]?.write(times[index % dates.length] as number) ?? null
  return (index) => writer.write(last.time + step * (index + 1))
}

const monthOf = (time: number): number => new Date(time).getUTCFullYear() * 12 + new Date(time).getUTCMonth()
const monthLength = (month: number): number =>
  new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate()
const timeOf = (month: number, day: number): number =>
  Date.UTC(Math.floor(month / 12), month % 12, Math.min(day, monthLength(month)))
