import { app, type Session } from 'electron'
import { PAGE_ORIGIN } from './page.ts'

/**
 * The grid's own copy and paste. Everything else that a page may ask for (camera, place, notifications, devices, …) is
 * refused.
 */
const permissions: readonly string[] = ['clipboard-sanitized-write', 'clipboard-read']

/**
 * What a session of Chromium may do for us: show our page. The renderer has no business on the network, on devices or
 * on the disk.
 */
export function guardSession(session: Session): void {
  const mayUse = (permission: string, address: string, isMainFrame: boolean) =>
    isMainFrame && permissions.includes(permission) && originOf(address) === PAGE_ORIGIN
  session.setPermissionRequestHandler((_, permission, answer, details) =>
    answer(mayUse(permission, details.requestingUrl, details.isMainFrame)),
  )
  session.setPermissionCheckHandler((_, permission, origin, details) => mayUse(permission, origin, details.isMainFrame))
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isOurs(url) }))
  // A picture or a table that the page has made itself.
  session.on('will-download', (event, item) => {
    if (!isOurs(item.getURL())) event.preventDefault()
  })
}

/** Rules for every page, frame and window that there will ever be: none of them leads anywhere. */
export function guardContents(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/** Our page's files and what it has made itself; the developer tools' own files where they may be opened. */
function isOurs(address: string): boolean {
  if (address.startsWith('devtools:')) return !app.isPackaged
  return originOf(address) === PAGE_ORIGIN || address.startsWith('data:') || address.startsWith(`blob:${PAGE_ORIGIN}/`)
}

/** `scheme://host`; Node knows no origin of schemes such as ours. */
function originOf(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}`
}
