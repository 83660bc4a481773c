import { protocol } from 'electron'
import { readPageFile } from '../../core/host/page-files.ts'
import { pagePolicy } from '../../core/host/page-policy.ts'
import type { ReportBug } from '../../core/host/error-log.ts'

const SCHEME = 'app'

/**
 * The origin of the window's page: a scheme of its own, so that `'self'` in its policy means our files and not the
 * whole disk.
 */
export const PAGE_ORIGIN = `${SCHEME}://studio`
export const PAGE_URL = `${PAGE_ORIGIN}/`

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': pagePolicy({ connectsToHost: false }),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/**
 * Makes the scheme an origin like that of a web page, without fetch and without an exception from the policy. Before
 * the application is ready.
 */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }])
}

/** Answers the scheme's requests with the files of the built renderer, and with 404 whatever else is asked for. */
export function servePage(rendererFolder: string, report: ReportBug): void {
  protocol.handle(SCHEME, async ({ url, method }) => {
    const { host, pathname } = new URL(url)
    const file =
      method === 'GET' && host === new URL(PAGE_URL).host
        ? await readPageFile(rendererFolder, pathname).catch((error: unknown) => void report('page', error))
        : null
    if (!file) return new Response(null, { status: 404, headers })
    return new Response(Buffer.from(file.content), { headers: { ...headers, 'content-type': file.contentType } })
  })
}
