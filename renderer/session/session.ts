import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export type Room = 'home' | 'datasets' | 'experiments' | 'chat' | 'models' | 'settings'
export const rooms: readonly Room[] = ['home', 'datasets', 'experiments', 'chat', 'models', 'settings']

interface Session {
  readonly room: Room
  /** What is selected in each room; null or missing: nothing (実験: the form). */
  readonly selection: Partial<Record<Room, string | null>>
  readonly paneWidths: Readonly<Record<string, number>>
  /** Opens a room; with `id` (also null), selects in it. */
  readonly go: (room: Room, id?: string | null) => void
  readonly select: (room: Room, id: string | null) => void
  readonly setPaneWidth: (id: string, width: number) => void
}

/** Scope of each key: every one outlives the window. */
const scope = {
  room: 'persisted',
  selection: 'persisted',
  paneWidths: 'persisted',
  go: 'session',
  select: 'session',
  setPaneWidth: 'session',
} as const satisfies Record<keyof Session, 'session' | 'persisted'>

/** Where the user is: the room, each room's selection, pane widths. */
export const useSession = create<Session>()(
  persist(
    (set) => ({
      room: 'home',
      selection: {},
      paneWidths: {},
      go: (room, id) =>
        set((state) => ({ room, selection: id === undefined ? state.selection : { ...state.selection, [room]: id } })),
      select: (room, id) => set((state) => ({ selection: { ...state.selection, [room]: id } })),
      setPaneWidth: (id, width) => set((state) => ({ paneWidths: { ...state.paneWidths, [id]: width } })),
    }),
    {
      name: 'terakoya.session',
      version: 1,
      partialize: (state) =>
        Object.fromEntries(
          Object.entries(state).filter(([key]) => scope[key as keyof Session] === 'persisted'),
        ) as unknown as Session,
    },
  ),
)

/** Opens a room from outside a component. */
export const goTo = (room: Room, id?: string | null): void => useSession.getState().go(room, id)
