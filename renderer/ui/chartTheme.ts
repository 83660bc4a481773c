import { useSyncExternalStore } from 'react'

export interface ChartTheme {
  readonly accent: string
  /** Beside the accent where two or three things are compared. */
  readonly second: string
  readonly third: string
  readonly shu: string
  readonly shuLine: string
  readonly grid: string
  readonly text: string
  readonly surface: string
  readonly font: string
}

let cached: { readonly key: string; readonly theme: ChartTheme } | null = null

function read(): ChartTheme {
  const root = document.documentElement
  const key = `${root.dataset['theme']} ${root.dataset['scheme']}`
  if (cached?.key === key) return cached.theme
  const style = getComputedStyle(root)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const theme = {
    accent: token('--accent-text'),
    second: token('--text-faint'),
    third: token('--accent-line'),
    shu: token('--shu'),
    shuLine: token('--shu-line'),
    grid: token('--chart-grid'),
    text: token('--text-muted'),
    surface: token('--surface'),
    font: token('--font'),
  }
  cached = { key, theme }
  return theme
}

function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-scheme'] })
  return () => observer.disconnect()
}

/** The tokens that a canvas needs, of the theme that is on; a new object after every change of theme. */
export const useChartTheme = (): ChartTheme => useSyncExternalStore(subscribe, read)
