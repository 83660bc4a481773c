import type { LocaleOf } from '../locale.ts'
import type { menu as ja } from '../ja/menu.ts'

export const menu: LocaleOf<typeof ja> = {
  file: 'File',
  newWindow: 'New window',
  close: 'Close window',
  quit: 'Quit',
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  view: 'View',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  resetZoom: 'Actual size',
  fullScreen: 'Full screen',
  window: 'Window',
  minimize: 'Minimize',
}
