import type { LocaleOf } from '../locale.ts'
import type { language as ja } from '../ja/language.ts'

export const language: LocaleOf<typeof ja> = {
  name: 'English',
  locale: 'en-GB',
  // British English writes 15.7m, which reads as metres or minutes.
  compactLocale: 'en-US',
}
