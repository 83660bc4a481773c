import { Menu, type MenuItemConstructorOptions } from 'electron'
import { menuTexts } from './menu-texts.ts'

/** The application menu. Copy, paste and undo go to the focused field; the grid hears them there. */
export function buildMenu(language: 'ja' | 'en', openWindow: () => void): Menu {
  const text = (key: keyof typeof menuTexts) => menuTexts[key][language]
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  return Menu.buildFromTemplate([
    ...mac,
    {
      label: text('file'),
      submenu: [
        { label: text('newWindow'), accelerator: 'CommandOrControl+Shift+N', click: openWindow },
        { type: 'separator' },
        process.platform === 'darwin' ? { role: 'close', label: text('close') } : { role: 'quit', label: text('quit') },
      ],
    },
    {
      label: text('edit'),
      submenu: [
        { role: 'undo', label: text('undo') },
        { role: 'redo', label: text('redo') },
        { type: 'separator' },
        { role: 'cut', label: text('cut') },
        { role: 'copy', label: text('copy') },
        { role: 'paste', label: text('paste') },
        { role: 'selectAll', label: text('selectAll') },
      ],
    },
    {
      label: text('view'),
      submenu: [
        { role: 'zoomIn', label: text('zoomIn') },
        { role: 'zoomOut', label: text('zoomOut') },
        { role: 'resetZoom', label: text('resetZoom') },
        { type: 'separator' },
        { role: 'togglefullscreen', label: text('fullScreen') },
      ],
    },
    { label: text('window'), submenu: [{ role: 'minimize', label: text('minimize') }] },
  ])
}
