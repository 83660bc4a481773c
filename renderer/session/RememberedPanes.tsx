import { TwoPanes, type TwoPanesProps } from '../ui/index.ts'
import { useSession } from './session.ts'

/** Two panes whose bar is where the user left it; `id` is the key of the remembered width. */
export function RememberedPanes({
  id,
  ...rest
}: { readonly id: string } & Omit<TwoPanesProps, 'width' | 'onWidthChange'>) {
  const width = useSession((state) => state.paneWidths[id])
  const setPaneWidth = useSession((state) => state.setPaneWidth)
  return <TwoPanes {...rest} width={width} onWidthChange={(next) => setPaneWidth(id, next)} />
}
