import { BrowserWindow, type WebContents, type WebFrameMain } from 'electron'
import type { EventName } from '../../core/contract/index.ts'
import { channels } from '../preload/channels.ts'
import { PAGE_ORIGIN } from './page.ts'

/** Who has sent a message, as Electron tells it. The frame is null where it has gone meanwhile. */
export interface Sender {
  readonly sender: WebContents
  readonly senderFrame: WebFrameMain | null
}

/** The studio's windows: who may call, who hears of events. */
export class Windows {
  readonly #windows = new Set<BrowserWindow>()
  readonly #create: () => BrowserWindow

  constructor(create: () => BrowserWindow) {
    this.#create = create
  }

  open(): void {
    const window = this.#create()
    this.#windows.add(window)
    window.once('closed', () => this.#windows.delete(window))
  }

  /** Brings the studio to the user: a window that is there, else a new one. */
  show(): void {
    const window = [...this.#windows].at(-1)
    if (!window) return this.open()
    if (window.isMinimized()) window.restore()
    window.focus()
  }

  /** The window of ours that the message is from; null where a foreign page or a frame inside a page has sent it. */
  ofSender({ sender, senderFrame }: Sender): BrowserWindow | null {
    const window = [...this.#windows].find((each) => !each.isDestroyed() && each.webContents === sender)
    return window && isOurPage(senderFrame, window.webContents.mainFrame) ? window : null
  }

  send(name: EventName, payload: unknown): void {
    for (const window of this.#windows)
      if (!window.isDestroyed()) window.webContents.send(channels.event, name, payload)
  }
}

/** True for the top frame of the page while it shows our origin. */
export const isOurPage = (frame: Pick<WebFrameMain, 'origin' | 'parent'> | null, mainFrame: object): boolean =>
  frame !== null && frame === mainFrame && frame.parent === null && frame.origin === PAGE_ORIGIN
