import { dialog, ipcMain, shell, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { stat } from 'node:fs/promises'
import { basename, resolve, sep } from 'node:path'
import { fail, type PickedFile } from '../../core/contract/index.ts'
import type { Studio } from '../../core/studio.ts'
import { channels } from '../preload/channels.ts'
import type { PathGrants } from '../../core/host/path-grants.ts'

/** Connects the window to the studio. One place checks who calls: our own page in our own window. */
export function connectWindow(window: BrowserWindow, studio: Studio, grants: PathGrants): void {
  const ours = (event: IpcMainInvokeEvent) => event.sender === window.webContents && event.senderFrame === window.webContents.mainFrame && event.senderFrame.url.startsWith('file:')
  const handle = (channel: string, work: (...args: never[]) => Promise<unknown>) => {
    ipcMain.removeHandler(channel)
    ipcMain.handle(channel, async (event, ...args) => {
      if (!ours(event)) return fail('call-unknown', { call: channel })
      return work(...(args as never[]))
    })
  }

  handle(channels.call, async (name: string, input: unknown) => grants.refusal(String(name), input, studio) ?? studio.dispatch(String(name), input))
  const stop = studio.on((name, payload) => { if (!window.isDestroyed()) window.webContents.send(channels.event, name, payload) })
  window.on('closed', stop)

  handle(channels.pickFile, async ({ extensions }: { extensions: readonly string[] }) => {
    const { filePaths: [path] } = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: [{ name: extensions.join(', '), extensions: [...extensions] }, { name: '*', extensions: ['*'] }] })
    return path === undefined ? null : describe(grants.add(path, 'read'))
  })
  handle(channels.pickFolder, async () => {
    const { filePaths: [path] } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] })
    return path === undefined ? null : grants.add(path, 'folder')
  })
  // The path comes from a File that the user dropped: a page cannot make one up, the preload asks Electron for it.
  handle(channels.adoptFile, async (path: string) => describe(grants.add(path, 'read')))
  handle(channels.pickSave, async ({ suggestedName }: { suggestedName: string }) => {
    const { filePath } = await dialog.showSaveDialog(window, { defaultPath: basename(suggestedName) })
    return filePath ? { target: grants.add(filePath, 'write') } : null
  })
  handle(channels.openOutside, async (target: string) => {
    if (target.startsWith('https://')) await shell.openExternal(target)
    else if (resolve(target) === studio.libraryFolder() || resolve(target).startsWith(studio.libraryFolder() + sep)) shell.showItemInFolder(resolve(target))
  })
}

async function describe(path: string): Promise<PickedFile> {
  return { path, name: basename(path), sizeBytes: (await stat(path)).size }
}
