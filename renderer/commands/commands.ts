import type { ReactNode } from 'react'

/** One act, rendered the same by menu, palette and button. */
export interface Command {
  readonly id: string
  readonly label: string
  /** What the label leaves out where it stands alone, in the palette. */
  readonly detail?: string
  readonly icon?: ReactNode
  /** As react to keys: `Mod+Enter` (Mod: ⌘ on a Mac, Ctrl elsewhere). */
  readonly shortcut?: string
  /** Further words by which the palette finds it. */
  readonly keywords?: string
  readonly canRun: () => boolean
  readonly run: () => void | Promise<void>
}

const isMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform)

const ARROWS: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }

/** `Mod+Shift+Z` → ⇧⌘Z or Ctrl+Shift+Z. */
export function shortcutText(shortcut: string, mac = isMac): string {
  const keys = shortcut.split('+').map((key) => ARROWS[key] ?? key)
  if (!mac) return keys.map((key) => (key === 'Mod' ? 'Ctrl' : key)).join('+')
  const signs: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩' }
  return [...keys.slice(0, -1).reverse(), ...keys.slice(-1)].map((key) => signs[key] ?? key).join('')
}

interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** True where the key press is the shortcut. */
export function isShortcut(press: KeyPress, shortcut: string, mac = isMac): boolean {
  const keys = shortcut.split('+')
  const key = keys.at(-1) ?? ''
  const mod = mac ? press.metaKey : press.ctrlKey
  return (
    press.key.toLowerCase() === key.toLowerCase() &&
    mod === keys.includes('Mod') &&
    press.shiftKey === keys.includes('Shift') &&
    press.altKey === keys.includes('Alt')
  )
}
