import type { Preferences } from '../../core/contract/index.ts'

type Theme = Preferences['theme']
const REMEMBERED = 'terakoya.theme'

const matches = (query: string): boolean => window.matchMedia(query).matches

/** Puts the theme on the page: the preference, or what the system asks for. */
export function applyTheme(preference: Theme): void {
  const scheme = matches('(prefers-color-scheme: dark)') ? 'dark' : 'light'
  const systemTheme = matches('(prefers-contrast: more)') || matches('(forced-colors: active)') ? 'contrast' : scheme
  const root = document.documentElement
  root.dataset['scheme'] = scheme
  root.dataset['theme'] = preference === 'system' ? systemTheme : preference
  localStorage.setItem(REMEMBERED, preference)
}

/** The preference of the last start: shown until the host has told the real one, so that nothing flashes. */
export function rememberedTheme(): Theme {
  const value = localStorage.getItem(REMEMBERED)
  return value === 'light' || value === 'dark' || value === 'contrast' ? value : 'system'
}

/** Calls back whenever the system's colours or contrast change; returns what ends it. */
export function onSystemTheme(listener: () => void): () => void {
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'].map((query) =>
    window.matchMedia(query),
  )
  for (const query of queries) query.addEventListener('change', listener)
  return () => queries.forEach((query) => query.removeEventListener('change', listener))
}
