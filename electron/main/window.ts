import { app, BrowserWindow } from 'electron'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { product } from '../../texts/product.ts'
import { parseWindowSize } from '../../core/host/window-size.ts'
import { PAGE_URL } from './page.ts'

export interface WindowPlaces {
  readonly preloadFile: string
  readonly userDataFolder: string
}

/** Opens a window of the studio: sandboxed, no Node inside, no way to other pages; its size is remembered. */
export function openWindow({ preloadFile, userDataFolder }: WindowPlaces): BrowserWindow {
  const sizeFile = join(userDataFolder, 'window.json')
  const window = new BrowserWindow({
    ...parseWindowSize(readText(sizeFile)),
    title: product.name,
    show: false,
    webPreferences: {
      preload: preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      disableBlinkFeatures: 'Auxclick',
      devTools: !app.isPackaged,
    },
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    const { width, height } = window.getNormalBounds()
    writeText(sizeFile, JSON.stringify({ width, height }))
  })
  // Chromium asks nobody before it shows about:blank.
  window.webContents.on('did-navigate', (_, url) => {
    if (url !== PAGE_URL) void window.loadURL(PAGE_URL)
  })
  void window.loadURL(PAGE_URL)
  return window
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // None was remembered yet.
  }
}

function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch {
    // The next window has the usual size.
  }
}
