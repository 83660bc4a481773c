import type { ReactNode } from 'react'

/** Anything that the palette can find. */
export interface PaletteItem {
  readonly id: string
  readonly label: string
  readonly detail?: string
  /** Further words by which it is found, in any language. */
  readonly keywords: string
}

export interface PaletteEntry extends PaletteItem {
  readonly icon?: ReactNode
  readonly aside?: string
  readonly run: () => void
}

export interface PaletteSection {
  readonly id: string
  readonly title: string
  readonly entries: readonly PaletteEntry[]
}

/** Things that the palette finds, and the stores whose change may change them. */
export interface Findings {
  readonly sections: () => readonly PaletteSection[]
  readonly stores: readonly { readonly subscribe: (listener: () => void) => () => void }[]
}
