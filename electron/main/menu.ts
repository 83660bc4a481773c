import { Menu, type MenuItemConstructorOptions } from 'electron'
import { text, type Language } from '../../texts/index.ts'

/** The application menu. Copy, paste and undo go to the focused field; the grid hears them there. */
export function buildMenu(language: Language, openWindow: () => void): Menu {
  const { menu } = text(language)
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  return Menu.buildFromTemplate([
    ...mac,
    {
      label: menu.file,
      submenu: [
        { label: menu.newWindow, accelerator: 'CommandOrControl+Shift+N', click: openWindow },
        { type: 'separator' },
        process.platform === 'darwin' ? { role: 'close', label: menu.close } : { role: 'quit', label: menu.quit },
      ],
    },
    {
      label: menu.edit,
      submenu: [
        { role: 'undo', label: menu.undo },
        { role: 'redo', label: menu.redo },
        { type: 'separator' },
        { role: 'cut', label: menu.cut },
        { role: 'copy', label: menu.copy },
        { role: 'paste', label: menu.paste },
        { role: 'selectAll', label: menu.selectAll },
      ],
    },
    {
      label: menu.view,
      submenu: [
        { role: 'zoomIn', label: menu.zoomIn },
        { role: 'zoomOut', label: menu.zoomOut },
        { role: 'resetZoom', label: menu.resetZoom },
        { type: 'separator' },
        { role: 'togglefullscreen', label: menu.fullScreen },
      ],
    },
    { label: menu.window, submenu: [{ role: 'minimize', label: menu.minimize }] },
  ])
}
