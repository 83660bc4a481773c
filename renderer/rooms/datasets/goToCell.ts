import type { DatasetDocument } from './document.ts'
import { selectCell, type CellPoint } from './grid/selection.ts'

/** Selects a cell and scrolls to it. */
export function goToCell(document: DatasetDocument, point: CellPoint): void {
  document.grid.setState({ selection: selectCell(point) })
  document.grid.getState().context?.env.reveal(point)
}
