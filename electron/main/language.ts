import { app } from 'electron'
import { languageFor, languageOf, type Language } from '../../texts/index.ts'
import type { Preferences } from '../../core/contract/index.ts'
import type { Studio } from '../../core/host/studio.ts'

/** The language that the system asks for. */
export const systemLanguage = (): Language => languageOf([app.getLocale()])

/** The language of the preferences, also after they change; `onLanguage` hears of it at once and at every change. */
export async function followLanguage(
  studio: Studio,
  onLanguage: (language: Language) => void,
): Promise<() => Language> {
  let current = systemLanguage()
  const take = ({ language }: Preferences) => {
    current = languageFor(language, systemLanguage())
    onLanguage(current)
  }
  const preferences = await studio.dispatch('system.preferences', {})
  if (preferences.ok) take(preferences.value as Preferences)
  studio.on((name, payload) => {
    if (name === 'system.preferences') take(payload as Preferences)
  })
  return () => current
}
