import { deviceNames, errorTexts, wordOfFact, type AppError, type DeviceKind } from '../contract/index.ts'
import { fillText } from '../runs/log-file.ts'

/** Japanese unless the environment asks for another language. */
export const language = (): 'ja' | 'en' => {
  const locale = process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || ''
  return locale === '' || /^(ja|C\b|POSIX)/.test(locale) ? 'ja' : 'en'
}

/** A fact as the user knows it. */
function wordOf(name: string, fact: string | number, inLanguage: 'ja' | 'en'): string | number {
  if (name === 'device' && fact in deviceNames) return deviceNames[fact as DeviceKind][inLanguage]
  return wordOfFact(name, fact, inLanguage) ?? fact
}

/** The sentence for an error, in the terminal's language unless another is given. */
export function sentence({ code, facts }: AppError, inLanguage = language()): string {
  return fillText(
    errorTexts[code][inLanguage],
    Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, wordOf(name, fact, inLanguage)])),
  )
}
