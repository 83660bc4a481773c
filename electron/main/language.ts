import { app } from 'electron'
import type { Preferences } from '../../core/contract/index.ts'
import type { Studio } from '../../core/host/studio.ts'

export type Language = 'ja' | 'en'

/** The language that the system asks for. */
export const systemLanguage = (): Language => (app.getLocale().startsWith('ja') ? 'ja' : 'en')

/** The language of the preferences, also after they change; `onLanguage` hears of it at once and at every change. */
export async function followLanguage(
  studio: Studio,
  onLanguage: (language: Language) => void,
): Promise<() => Language> {
  let current = systemLanguage()
  const take = ({ language }: Preferences) => {
    current = language === 'system' ? systemLanguage() : language
    onLanguage(current)
  }
  const preferences = await studio.dispatch('system.preferences', {})
  if (preferences.ok) take(preferences.value as Preferences)
  studio.on((name, payload) => {
    if (name === 'system.preferences') take(payload as Preferences)
  })
  return () => current
}
