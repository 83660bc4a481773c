import { BrowserWindow, session, shell } from 'electron'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface WindowPlaces {
  readonly preloadFile: string
  readonly rendererFile: string
  readonly userDataFolder: string
}

interface Size {
  readonly width: number
  readonly height: number
}

const DEFAULT_SIZE: Size = { width: 1280, height: 800 }
const MIN_SIZE: Size = { width: 900, height: 600 }

/** Opens the studio's window: sandboxed, no Node inside, no way to other pages; its size is remembered. */
export function openWindow({ preloadFile, rendererFile, userDataFolder }: WindowPlaces): BrowserWindow {
  const sizeFile = join(userDataFolder, 'window.json')
  const window = new BrowserWindow({
    ...readSize(sizeFile),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    title: '寺子屋 Terakoya Studio',
    show: false,
    webPreferences: { preload: preloadFile, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, spellcheck: false },
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    const { width, height } = window.getNormalBounds()
    writeFileSync(sizeFile, JSON.stringify({ width, height }))
  })
  const page = pathToFileURL(rendererFile).href
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url)
    return { action: 'deny' }
  })
  // The grid's own copy and paste commands.
  session.defaultSession.setPermissionRequestHandler((_, permission, answer) => answer(permission === 'clipboard-sanitized-write' || permission === 'clipboard-read'))
  void window.loadURL(page)
  return window
}

function readSize(file: string): Size {
  try {
    const { width, height } = JSON.parse(readFileSync(file, 'utf8')) as Size
    return { width: Math.max(MIN_SIZE.width, Number(width)), height: Math.max(MIN_SIZE.height, Number(height)) }
  } catch {
    return DEFAULT_SIZE
  }
}
