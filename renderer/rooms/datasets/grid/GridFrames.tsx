import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { cx } from '../../../ui/index.ts'
import type { GridStore } from './gridStore.ts'
import { isSingle, rangeOf, type CellRange, type Selection } from './selection.ts'
import styles from './Grid.module.css'

/** Where the frames stand in the block of drawn rows. */
export interface FramePlace {
  /** First row of the block. */
  readonly base: number
  /** Virtual offset of the first visible pixel. */
  readonly top: number
  readonly height: number
  readonly edges: readonly number[]
  readonly markerWidth: number
  readonly rowPx: number
}

interface GridFramesProps {
  readonly store: GridStore
  readonly selection: Selection
  readonly place: FramePlace
  readonly frozen: number
}

/**
 * The frames of the selected blocks and of the active cell, the fill handle, and what a drag would do. Those of frozen
 * columns stay with them.
 */
export function GridFrames(props: GridFramesProps) {
  const { frozen, place } = props
  const last = place.edges.length - 2
  if (last < 0) return null
  return (
    <>
      <Frames {...props} from={0} to={last} handleFrom={frozen} />
      {frozen > 0 && (
        <div role="presentation" className={styles.frozenFrames}>
          <Frames {...props} from={0} to={frozen - 1} handleFrom={0} />
        </div>
      )}
    </>
  )
}

interface FramesProps extends GridFramesProps {
  /** Columns that these frames are cut to. */
  readonly from: number
  readonly to: number
  /** The handle is drawn where the selection's last column lies between this one and `to`. */
  readonly handleFrom: number
}

function Frames({ store, selection, place, from, to, handleFrom }: FramesProps) {
  const { t } = useTranslation('datasets')
  const filling = useStore(store, (state) => state.filling)
  const moving = useStore(store, (state) => state.moving)
  const editing = useStore(store, (state) => state.editing)
  const range = rangeOf(selection)
  const { active } = selection
  const box = (of: CellRange) => {
    const part = { ...of, left: Math.max(of.left, from), right: Math.min(of.right, to) }
    return part.right < part.left ? { display: 'none' } : frameBox(part, place)
  }
  const hasHandle = selection.others.length === 0 && !editing && range.right >= handleFrom && range.right <= to
  return (
    <>
      {!isSingle(selection) &&
        [...selection.others, range].map((one, index) => (
          <div key={index} role="presentation" className={styles.rangeFrame} style={box(one)} />
        ))}
      <div
        role="presentation"
        className={styles.activeFrame}
        style={box({ top: active.row, bottom: active.row, left: active.column, right: active.column })}
      />
      {filling && (
        <div role="presentation" className={cx(styles.rangeFrame, styles.fillFrame)} style={box(filling.target)} />
      )}
      {hasHandle && (
        <div
          role="presentation"
          data-fill-handle
          className={styles.fillHandle}
          title={t('grid.fillHandle')}
          style={corner(range, place)}
        />
      )}
      {moving && <div role="presentation" className={styles.moveLine} style={line(moving, place)} />}
    </>
  )
}

/** The range's box in the block. A range may be millions of pixels tall: what lies far outside the view is cut off. */
function frameBox(range: CellRange, { base, top, height, edges, markerWidth, rowPx }: FramePlace) {
  const low = top - 4 * rowPx
  const high = top + height + 4 * rowPx
  const from = Math.min(high, Math.max(low, range.top * rowPx))
  const to = Math.min(high, Math.max(low, (range.bottom + 1) * rowPx))
  const left = edges[range.left] ?? 0
  const right = edges[range.right + 1] ?? edges.at(-1) ?? left
  // Over the line that the cell before draws; the first row and column have the header and the row numbers there.
  const overTop = range.top === 0 ? 0 : 1
  const overLeft = range.left === 0 ? 0 : 1
  return {
    top: from - base * rowPx - overTop,
    height: to - from + overTop,
    left: markerWidth + left - overLeft,
    width: right - left + overLeft,
    display: to <= from ? 'none' : undefined,
  }
}

const HANDLE_PX = 9

function corner(range: CellRange, place: FramePlace) {
  const bottom = (range.bottom + 1) * place.rowPx
  const isNear = bottom > place.top - place.rowPx && bottom < place.top + place.height + place.rowPx
  return {
    top: bottom - place.base * place.rowPx - HANDLE_PX / 2 - 1,
    left: place.markerWidth + (place.edges[range.right + 1] ?? 0) - HANDLE_PX / 2 - 1,
    display: isNear ? undefined : 'none',
  }
}

function line(
  { axis, at }: { readonly axis: 'row' | 'column'; readonly at: number },
  { base, top, height, edges, markerWidth, rowPx }: FramePlace,
) {
  return axis === 'row'
    ? { top: (at - base) * rowPx - 2, left: 0, height: 3, width: markerWidth + (edges.at(-1) ?? 0) }
    : { top: top - base * rowPx, left: markerWidth + (edges[at] ?? 0) - 2, width: 3, height }
}
