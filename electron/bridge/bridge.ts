import { fail, ok, type AppError, type Result } from '../../core/contract/errors.ts'
import type { PickedFile, StudioBridge } from '../../core/contract/index.ts'
import { allowedLink } from '../../core/contract/links.ts'
import { createCalls } from './calls.ts'
import { createConnection } from './connection.ts'
import { KEY_HEADER, keyOf, protocolsFor } from '../wire/key.ts'

/**
 * `window.studio` in a browser: calls and events over a WebSocket to the host on this computer. Loaded before the
 * studio itself.
 */

const KEPT_KEY = 'terakoya-key'
/** A host that answers no sooner counts as none. */
const SESSION_TIMEOUT_MS = 5000
/** The storage belongs to this origin, with its port: no other server of this computer gets what lies in it. */
const key = (): string => localStorage.getItem(KEPT_KEY) ?? ''
const headers = () => ({ [KEY_HEADER]: key() })
/** The host's page that says how to get a new link. */
const showDoor = (): void => location.replace('/door')

const given = keyOf(location.hash)
if (given !== null) {
  localStorage.setItem(KEPT_KEY, given)
  history.replaceState(history.state, '', '/')
}
if (key() === '') showDoor()

const connection = createConnection({
  // What happened meanwhile was not heard: the window begins again.
  onReturn: () => location.reload(),
  onStranger: showDoor,
})
const calls = createCalls({
  address: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/studio`,
  protocols: () => protocolsFor(key()),
  // A host that was started anew does not know this window.
  isKnown: () =>
    fetch('/session', { headers: headers(), signal: AbortSignal.timeout(SESSION_TIMEOUT_MS) }).then(
      ({ status }) => status !== 403,
      () => true,
    ),
  onState: connection.take,
})
const retry = (): void => {
  if (connection.state() !== 'open') calls.retry()
}
// A new link was opened in another tab, the computer woke up, or somebody looks at the window again.
for (const name of ['storage', 'online', 'focus']) addEventListener(name, retry)

/** Sends to the host's own address. The answer's JSON; else what the host says went wrong, else `otherwise`. */
async function post<T>(address: string, body: BodyInit | null, otherwise: AppError): Promise<Result<T>> {
  const response = await fetch(address, { method: 'POST', body, headers: headers() }).catch(() => null)
  const answer: unknown = await response?.json().catch(() => null)
  if (response?.ok) return ok(answer as T)
  return { ok: false, error: (answer as { readonly error?: AppError } | null | undefined)?.error ?? otherwise }
}

async function adoptFile(file: File): Promise<Result<PickedFile>> {
  const broken: AppError = { code: 'upload/broken', facts: { file: file.name } }
  // Asked first: a browser reads no answer before it has sent the whole body.
  const check = await post(
    `/upload-check?${new URLSearchParams({ name: file.name, size: String(file.size) })}`,
    null,
    broken,
  )
  return check.ok ? post<PickedFile>(`/upload?${new URLSearchParams({ name: file.name })}`, file, broken) : check
}

/** The browser's own file chooser; null when it is closed without a choice. */
function chooseFile(extensions: readonly string[]): Promise<File | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = extensions.map((extension) => `.${extension}`).join(',')
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null))
    input.addEventListener('cancel', () => resolve(null))
    input.click()
  })
}

const bridge: StudioBridge = {
  host: 'web',
  connection: { on: connection.on, retry },
  call: calls.call as StudioBridge['call'],
  on: calls.on,
  async pickFile({ extensions }) {
    const file = await chooseFile(extensions)
    return file ? adoptFile(file) : ok(null)
  },
  pickFolder: null,
  adoptFile,
  pickSave: ({ suggestedName }) =>
    post('/save', JSON.stringify({ suggestedName }), { code: 'save/refused', facts: { file: suggestedName } }),
  async finishSave(target) {
    const link = document.createElement('a')
    link.href = `/download?target=${encodeURIComponent(target)}`
    link.download = target.split(/[\\/]/).at(-1) ?? ''
    link.click()
  },
  async openOutside(target) {
    const link = allowedLink(target)
    if (link) window.open(link, '_blank', 'noopener,noreferrer')
    return link ? ok(null) : fail('link/not-allowed', { address: target })
  },
}

;(window as unknown as { studio: StudioBridge }).studio = bridge
