import { app, BrowserWindow, dialog, Menu } from 'electron'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sentence } from '../../core/cli/print.ts'
import { UserError, type Preferences } from '../../core/contract/index.ts'
import { defaultLibraryFolder, userDataFolder } from '../../core/folders.ts'
import { createStudio, type Studio } from '../../core/studio.ts'
import { PathGrants } from '../../core/path-grants.ts'
import { connectWindow } from './ipc.ts'
import { hubHost } from './hub.ts'
import { buildMenu } from './menu.ts'
import { spawnEngine, spawnReader } from './spawn-engine.ts'
import { openWindow } from './window.ts'

// This file is built to out/main/main.js.
const built = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = app.isPackaged ? process.resourcesPath : join(built, '..')

function languageOf({ language }: Preferences): 'ja' | 'en' {
  if (language !== 'system') return language
  return app.getLocale().startsWith('ja') ? 'ja' : 'en'
}

async function start(): Promise<void> {
  const home = userDataFolder()
  mkdirSync(home, { recursive: true })
  const studio = await createStudio({
    host: 'desktop',
    version: app.getVersion(),
    resourcesFolder: join(root, 'resources'),
    preferencesFile: join(home, 'preferences.json'),
    libraryFolder: defaultLibraryFolder(),
    spawnEngine: () => spawnEngine(join(built, 'main', 'engine.js')),
    spawnReader: () => spawnReader(join(built, 'main', 'reader.js')),
    hub: hubHost(home),
  })
  await keepMenu(studio)
  const grants = new PathGrants()
  const open = () => connectWindow(openWindow({ preloadFile: join(built, 'preload', 'preload.cjs'), rendererFile: join(built, 'renderer', 'index.html'), userDataFolder: home }), studio, grants)
  open()
  app.on('activate', () => { if (BrowserWindow.getAllWindows().length === 0) open() })
  closeWith(studio)
}

/** The menu in the language of the preferences, also after they change. */
async function keepMenu(studio: Studio): Promise<void> {
  const show = (preferences: Preferences) => Menu.setApplicationMenu(buildMenu(languageOf(preferences)))
  const current = await studio.dispatch('system.preferences', {})
  if (current.ok) show(current.value as Preferences)
  studio.on((name, payload) => { if (name === 'system.preferences') show(payload as Preferences) })
}

/** A run in progress gets its checkpoint before the application ends. */
function closeWith(studio: Studio): void {
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void studio.close().finally(() => {
      closed = true
      app.quit()
    })
  })
}

// The window's own storage and the lock belong to the same account folder; before anything uses them.
app.setPath('userData', userDataFolder())
if (!app.requestSingleInstanceLock()) app.quit()
else {
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('window-all-closed', () => { if (process.platform !== 'darwin') app.quit() })
  await app.whenReady()
  await start().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error
    dialog.showErrorBox('Terakoya Studio', sentence(error.error))
    app.exit(1)
  })
}
