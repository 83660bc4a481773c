/// <reference types="vite/client" />
import type { StudioBridge } from '../../core/contract/index.ts'

declare global {
  interface Window {
    /** Given by the desktop's preload or the web host's shim. */
    readonly studio: StudioBridge
  }
}
