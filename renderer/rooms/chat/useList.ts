import { useSyncExternalStore } from 'react'
import { useChat } from './chat.store.ts'

/** Beside a list, answers have no room in a window of this width. */
const NARROW = '(max-width: 900px)'

function follow(changed: () => void): () => void {
  const media = matchMedia(NARROW)
  media.addEventListener('change', changed)
  return () => media.removeEventListener('change', changed)
}

/** Whether the list of conversations is in view, and what shows or hides it. */
export function useList(): { readonly isOpen: boolean; readonly toggle: () => void } {
  const isNarrow = useSyncExternalStore(follow, () => matchMedia(NARROW).matches)
  const isOpen = useChat((state) => (isNarrow ? state.listOpenNarrow : state.listOpen))
  const toggle = () => useChat.setState(isNarrow ? { listOpenNarrow: !isOpen } : { listOpen: !isOpen })
  return { isOpen, toggle }
}
