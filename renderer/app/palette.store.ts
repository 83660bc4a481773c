import { create } from 'zustand'

/** Whether the palette is open. Session scope. */
export const usePalette = create<{ readonly isOpen: boolean }>()(() => ({ isOpen: false }))
