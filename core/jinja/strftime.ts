const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAY_MS = 86_400_000

const dayOfYear = (date: Date): number =>
  Math.round(
    (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 1)) / DAY_MS,
  )

/** Weeks since the first one that begins on this day of the week (0: Sunday). */
const weekOfYear = (date: Date, firstDay: number): number =>
  Math.floor((dayOfYear(date) + 7 - ((date.getDay() - firstDay + 7) % 7)) / 7)

/** ISO 8601: the week and its year are those of its Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 3 - ((date.getDay() + 6) % 7))
  return { year: thursday.getFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 }
}

const hour12 = (date: Date): number => date.getHours() % 12 || 12

/** Numbers: their value, and how many digits they are filled up to. */
const numbers: Readonly<Record<string, readonly [(date: Date) => number, width: number, fill?: string]>> = {
  Y: [(date) => date.getFullYear(), 4],
  C: [(date) => Math.floor(date.getFullYear() / 100), 2],
  y: [(date) => date.getFullYear() % 100, 2],
  G: [(date) => isoWeek(date).year, 4],
  g: [(date) => isoWeek(date).year % 100, 2],
  m: [(date) => date.getMonth() + 1, 2],
  d: [(date) => date.getDate(), 2],
  e: [(date) => date.getDate(), 2, ' '],
  H: [(date) => date.getHours(), 2],
  k: [(date) => date.getHours(), 2, ' '],
  I: [hour12, 2],
  l: [hour12, 2, ' '],
  M: [(date) => date.getMinutes(), 2],
  S: [(date) => date.getSeconds(), 2],
  f: [(date) => date.getMilliseconds() * 1000, 6],
  j: [(date) => dayOfYear(date) + 1, 3],
  U: [(date) => weekOfYear(date, 0), 2],
  W: [(date) => weekOfYear(date, 1), 2],
  V: [(date) => isoWeek(date).week, 2],
  u: [(date) => date.getDay() || 7, 1],
  w: [(date) => date.getDay(), 1],
  s: [(date) => Math.floor(date.getTime() / 1000), 1],
}

const names: Readonly<Record<string, (date: Date) => string>> = {
  A: (date) => DAYS[date.getDay()]!,
  a: (date) => DAYS[date.getDay()]!.slice(0, 3),
  B: (date) => MONTHS[date.getMonth()]!,
  b: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  h: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getHours() < 12 ? 'am' : 'pm'),
  // The time that Python's `datetime.now()` gives knows no time zone.
  Z: () => '',
  z: () => '',
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
}

const compounds: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%M',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  r: '%I:%M:%S %p',
}

/** Python's `date.strftime(format)` in English, in the machine's time zone; `%-d` leaves out what fills a number up. */
export function strftime(date: Date, format: string): string {
  return format.replace(/%([-_0^]?)([^])/g, (whole: string, flag: string, code: string) => {
    const compound = compounds[code]
    if (compound !== undefined) return strftime(date, compound)
    const name = names[code]?.(date)
    if (name !== undefined) return flag === '^' ? name.toUpperCase() : name
    const number = numbers[code]
    if (!number) return whole
    const [valueOf, width, fill = '0'] = number
    const text = String(valueOf(date))
    return flag === '-' ? text : text.padStart(width, flag === '_' ? ' ' : flag === '0' ? '0' : fill)
  })
}
