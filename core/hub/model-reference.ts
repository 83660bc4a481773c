import { HubModelId, HubRevision } from '../contract/index.ts'

export interface ModelReference {
  readonly id: HubModelId
  readonly revision: HubRevision
}

const MAIN = HubRevision.parse('main')
const HUB_HOSTS: readonly string[] = ['huggingface.co', 'www.huggingface.co', 'hf.co', 'hf-mirror.com']
/** Parts of an address that no owner is called. */
const OTHER_PAGES = new Set([
  'datasets',
  'spaces',
  'collections',
  'docs',
  'blog',
  'papers',
  'settings',
  'api',
  'organizations',
])
const DOWNLOAD_COMMAND = /^(?:hf|huggingface-cli)\s+download\s+(.+)$/
const CLONE_COMMAND = /^(?:git\s+clone|ollama\s+(?:run|pull))\s+(\S+)/

/**
 * The model that a text names: `owner/name`, with `@revision`, the address of a page at the Hub or a mirror (`endpoint`),
 * also of a branch or a file, or a command that downloads it. Null for words.
 */
export function parseModelReference(text: string, endpoint: URL): ModelReference | null {
  const typed = text.trim().replace(/^["'<]+|["'>]+$/g, '')
  const command = DOWNLOAD_COMMAND.exec(typed)?.[1]
  if (command !== undefined) return ofCommand(command)
  const named = CLONE_COMMAND.exec(typed)?.[1] ?? typed
  const address = addressOf(named, endpoint)
  if (address) return ofAddress(address)
  const [id = '', revision = 'main', ...more] = named.split('@')
  return more.length > 0 || !id.includes('/') ? null : reference(id, revision)
}

/** `owner/name --revision x file …` */
function ofCommand(rest: string): ModelReference | null {
  const words = rest.split(/\s+/)
  if (/--(repo-type|repo_type)(=|\s+)(dataset|space)/.test(rest)) return null
  const at = words.indexOf('--revision')
  const revision = at >= 0 ? words[at + 1] : words.find((word) => word.startsWith('--revision='))?.slice(11)
  const id = words.find((word, index) => !word.startsWith('-') && (at < 0 || index !== at + 1))
  return id === undefined ? null : reference(id, revision ?? 'main')
}

/** The address that a text is, with or without its scheme; null where it leads to no Hub. */
function addressOf(text: string, endpoint: URL): URL | null {
  const hosts = [...HUB_HOSTS, endpoint.host]
  const withScheme = /^https?:\/\//i.test(text)
    ? text
    : hosts.some((host) => text.startsWith(`${host}/`))
      ? `https://${text}`
      : null
  return withScheme !== null && URL.canParse(withScheme) ? new URL(withScheme) : null
}

/** `/owner/name/tree/revision`, `/owner/name/blob/revision/file` and the like. */
function ofAddress({ pathname }: URL): ModelReference | null {
  const parts = pathname.split('/').filter((part) => part !== '' && part !== 'models')
  const [owner = '', name = '', what = '', revision = 'main'] = parts
  if (OTHER_PAGES.has(owner) || name === '') return null
  const isAt = ['tree', 'blob', 'resolve', 'raw', 'commit', 'commits'].includes(what)
  // `refs/pr/1` is one name, encoded in addresses.
  const at = isAt ? decoded(revision) : 'main'
  return at === null ? null : reference(`${owner}/${name.replace(/:[\w.-]*$/, '').replace(/\.git$/, '')}`, at)
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}

function reference(id: string, revision: string): ModelReference | null {
  const [model, at] = [HubModelId.safeParse(id), HubRevision.safeParse(revision)]
  return model.success && at.success ? { id: model.data, revision: at.data } : null
}

export const isMain = (revision: string): boolean => revision === MAIN
