import { z } from 'zod'
import type { Language } from '../../texts/index.ts'
import { logSentence } from '../../texts/sentences.ts'
import type { LogLine } from '../contract/index.ts'

/** One line of log.txt: time, level, code, facts as JSON, then the sentence for a person in their language. */
export const formatLogLine = (line: LogLine, language: Language): string =>
  `${line.time} ${line.level} ${line.code} ${JSON.stringify(line.facts)} ${logSentence(line, language)}`

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
