import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { EventName, StudioBridge } from '../../core/contract/index.ts'
import { channels } from './channels.ts'

/** Who wants to hear of which event. */
const listeners = new Map<EventName, Set<(payload: never) => void>>()

ipcRenderer.on(channels.event, (_, name: EventName, payload: unknown) =>
  listeners.get(name)?.forEach((listener) => listener(payload as never)),
)

/** `window.studio` on the desktop. The main process checks every name, sender and payload; nothing is decided here. */
const bridge: StudioBridge = {
  host: 'desktop',
  connection: null,
  call: (name, input) => ipcRenderer.invoke(channels.call, { name, input }) as never,
  on(name, listener) {
    const set = listeners.get(name) ?? new Set()
    listeners.set(name, set.add(listener))
    return () => void set.delete(listener)
  },
  pickFile: (options) => ipcRenderer.invoke(channels.pickFile, options) as never,
  pickFolder: () => ipcRenderer.invoke(channels.pickFolder) as never,
  adoptFile: (file) =>
    ipcRenderer.invoke(channels.adoptFile, { path: webUtils.getPathForFile(file), name: file.name }) as never,
  pickSave: (options) => ipcRenderer.invoke(channels.pickSave, options) as never,
  finishSave: async () => undefined,
  openOutside: (target) => ipcRenderer.invoke(channels.openOutside, target) as never,
}

contextBridge.exposeInMainWorld('studio', bridge)
