import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { RoomId } from './room.ts'

interface Session {
  /** Null until a room was gone to: the first one. */
  readonly room: RoomId | null
  /** What is selected in each room; null or missing: nothing (実験: the form). */
  readonly selection: Partial<Record<RoomId, string | null>>
  readonly paneWidths: Readonly<Record<string, number>>
  /** Opens a room; with `id` (also null), selects in it. */
  readonly go: (room: RoomId, id?: string | null) => void
  readonly select: (room: RoomId, id: string | null) => void
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
      room: null,
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
export const goTo = (room: RoomId, id?: string | null): void => useSession.getState().go(room, id)
