import i18next, { type TypeOptions } from 'i18next'
import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import type { Command, Findings } from '../commands/index.ts'

/** Every room's `room.tsx` adds its id here, so that a misspelt id is an error of types. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface RoomIds {}
export type RoomId = keyof RoomIds

type Texts = TypeOptions['resources']
/** The namespaces that have a room's title and hint. */
type RoomTexts = {
  [N in keyof Texts]: Texts[N] extends { room: { title: string; hint: string } } ? N : never
}[keyof Texts]

/** A room of the window: what the rail, the palette, the keys and the shell need to know of it. */
export interface Room {
  readonly id: RoomId
  readonly view: ComponentType
  readonly icon: LucideIcon
  /** The namespace of its texts: `room.title` names it, `room.hint` says what it is for. */
  readonly texts: RoomTexts
  /** The keys that open it. */
  readonly shortcut?: string
  /** What can be done in it or for it now, in the language of the interface. */
  readonly commands?: () => readonly Command[]
  /** The palette lists its commands before those of other rooms. */
  readonly commandsFirst?: boolean
  /** What of it the palette finds, beside commands. */
  readonly findings?: Findings
  /** Starts to follow the host; called once by the shell. Returns what ends that. */
  readonly connect?: () => () => void
}

export const roomTitle = ({ texts }: Room): string => i18next.t('room.title', { ns: texts })
export const roomHint = ({ texts }: Room): string => i18next.t('room.hint', { ns: texts })
