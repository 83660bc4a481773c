import { z } from 'zod'
import { errorTexts, logTexts, wordOfFact, type ErrorCode, type LogCode, type LogLine } from '../contract/index.ts'

/** Fills the places `{name}` of a sentence from facts; unknown places stay as they are. */
export const fillText = (text: string, facts: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (place, name: string) => (name in facts ? String(facts[name]) : place))

/** One line of log.txt: time, level, code, facts as JSON, then the Japanese sentence for a person. */
export function formatLogLine(line: LogLine): string {
  const text = Object.hasOwn(logTexts, line.code)
    ? logTexts[line.code as LogCode].ja
    : Object.hasOwn(errorTexts, line.code)
      ? errorTexts[line.code as ErrorCode].ja
      : line.code
  return `${line.time} ${line.level} ${line.code} ${JSON.stringify(line.facts)} ${fillText(text, Object.fromEntries(Object.entries(line.facts).map(([name, fact]) => [name, wordOfFact(name, fact, 'ja') ?? fact])))}`
}

const Facts = z.record(z.string(), z.union([z.string(), z.number()]))

/** Reads what `formatLogLine` wrote; null for a line cut off by a crash, or written by somebody else. */
export function parseLogLine(text: string): LogLine | null {
  const match = /^(\S+) (info|warning|error) (\S+) (\{.*?\}) /.exec(text)
  if (!match) return null
  const [, time, level, code, facts] = match
  try {
    return {
      time: new Date(time as string).toISOString(),
      level: level as LogLine['level'],
      code: code as string,
      facts: Facts.parse(JSON.parse(facts as string)),
    }
  } catch {
    return null
  }
}
