import { app, dialog, Menu, session } from 'electron'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sentence } from '../../core/host/sentence.ts'
import { fail, UserError } from '../../core/contract/index.ts'
import { defaultLibraryFolder, userDataFolder } from '../../core/files/folders.ts'
import { createErrorLog, surviveErrors } from '../../core/host/error-log.ts'
import { PathGrants } from '../../core/host/path-grants.ts'
import { createStudio, type Studio } from '../../core/host/studio.ts'
import { watchProcesses, watchWindow } from './failures.ts'
import { guardContents, guardSession } from './guards.ts'
import { hubHost } from './hub.ts'
import { connectWindows } from './ipc.ts'
import { followLanguage, systemLanguage } from './language.ts'
import { buildMenu } from './menu.ts'
import { registerPageScheme, servePage } from './page.ts'
import { spawnEngine, spawnLlamaCpp, spawnReader } from './spawn-engine.ts'
import { openWindow } from './window.ts'
import { Windows } from './windows.ts'

// This file is built to out/main/main.js.
const built = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = app.isPackaged ? process.resourcesPath : join(built, '..')
const home = userDataFolder()
const report = createErrorLog(join(home, 'errors.log'))

/** Null until the studio is open: a second start may come before. */
let windows: Windows | null = null

async function start(): Promise<void> {
  mkdirSync(home, { recursive: true })
  guardSession(session.defaultSession)
  servePage(join(built, 'renderer'), report)
  const studio = await createStudio({
    host: 'desktop',
    version: app.getVersion(),
    resourcesFolder: join(root, 'resources'),
    preferencesFile: join(home, 'preferences.json'),
    libraryFolder: defaultLibraryFolder(),
    spawnEngine: (environment) => spawnEngine(join(built, 'main', 'engine.js'), environment),
    spawnReader: () => spawnReader(join(built, 'main', 'reader.js')),
    spawnLlamaCpp: () => spawnLlamaCpp(join(built, 'main', 'llama-cpp.js')),
    hub: hubHost(),
    systemLanguage,
    report,
  })
  const opened = new Windows(() => {
    const window = openWindow({ preloadFile: join(built, 'preload', 'preload.cjs'), userDataFolder: home })
    watchWindow(window, { language, report })
    return window
  })
  const language = await followLanguage(studio, (next) => Menu.setApplicationMenu(buildMenu(next, () => opened.open())))
  connectWindows({ windows: opened, studio, grants: new PathGrants(), report })
  windows = opened
  windows.open()
  app.on('activate', () => opened.show())
  closeWith(studio)
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

/** Says why there will be no window, in one sentence, and ends. */
function giveUp(error: unknown): void {
  const known = error instanceof UserError ? error.error : fail('internal', { message: report('start', error) }).error
  dialog.showErrorBox('Terakoya Studio', sentence(known, systemLanguage()))
  app.exit(1)
}

surviveErrors(report)
// The window's own storage and the lock belong to the same account folder; before anything uses them.
app.setPath('userData', home)
if (!app.requestSingleInstanceLock()) app.quit()
else {
  // Chromium's sandbox cannot be set up by root, who says so.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  registerPageScheme()
  guardContents()
  watchProcesses(report)
  app.on('second-instance', () => windows?.show())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  // Not awaited: an application that is packaged becomes ready only once this module has run to its end.
  void app.whenReady().then(start).catch(giveUp)
}
