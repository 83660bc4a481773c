import { z } from 'zod'
import type { HubClient } from './hub-client.ts'
import type { Subject } from './hub-errors.ts'

/** A file's contents as the repository names them: LFS files by SHA-256, others as git does. */
export interface Checksum {
  readonly kind: 'sha256' | 'sha512' | 'git-sha1'
  readonly hex: string
}

export interface RepositoryFile {
  readonly path: string
  readonly sizeBytes: number
  readonly checksum: Checksum
}

const Size = z
  .number()
  .nonnegative()
  .max(2 ** 53)
const TreeEntry = z.object({
  type: z.string().max(20),
  path: z.string().max(1000),
  oid: z.string().max(100),
  size: Size,
  lfs: z.object({ oid: z.string().regex(/^(sha256:)?[0-9a-f]{64}$/), size: Size }).nullish(),
  /** Of a file that the Hub keeps in Xet: no checksum of its contents. https://huggingface.co/docs/xet/file-id */
  xetHash: z.string().max(200).nullish(),
})
type TreeEntry = z.infer<typeof TreeEntry>

/** A page of a tree has up to 1,000 entries. */
const MAX_TREE_PAGES = 20

/** A repository of the Hub at one of its revisions: a branch, a tag or a commit. */
export interface Repository {
  readonly kind: 'datasets' | 'models'
  readonly id: string
  readonly revision: string
}

/** Where its page is, and its files. Models have no word of their own in addresses. */
const pathOf = ({ kind, id }: Pick<Repository, 'kind' | 'id'>): string => (kind === 'models' ? id : `${kind}/${id}`)

/** The address of its page. */
export const pageOf = (client: HubClient, repository: Pick<Repository, 'kind' | 'id'>): URL =>
  client.url(pathOf(repository))

/** What failures of requests for a repository name. */
export const subjectOf = (client: HubClient, repository: Pick<Repository, 'kind' | 'id'>, file?: string): Subject => ({
  dataset: repository.id,
  page: pageOf(client, repository).href,
  ...(file !== undefined && { file }),
})

/** The files of a revision, with sizes and checksums. Throws `hub/file-not-found` where there is no such revision. */
export async function listFiles(
  client: HubClient,
  repository: Repository,
  signal?: AbortSignal,
): Promise<RepositoryFile[]> {
  const { kind, id, revision } = repository
  const url = client.url(`api/${kind}/${id}/tree/${encodeURIComponent(revision)}`, { recursive: 'true' })
  const entries = await client.list(url, TreeEntry, {
    subject: subjectOf(client, repository, revision),
    maxPages: MAX_TREE_PAGES,
    ...(signal && { signal }),
  })
  const files = entries.filter(({ type }) => type === 'file')
  const linked = await linkedChecksums(client, repository, files, signal)
  return files.flatMap(({ path, oid, size, lfs, xetHash }): RepositoryFile[] => {
    if (lfs) return [{ path, sizeBytes: lfs.size, checksum: { kind: 'sha256', hex: lfs.oid.replace(/^sha256:/, '') } }]
    if (!xetHash) return [{ path, sizeBytes: size, checksum: { kind: 'git-sha1', hex: oid } }]
    const hex = linked.get(path)
    return hex === undefined ? [] : [{ path, sizeBytes: size, checksum: { kind: 'sha256', hex } }]
  })
}

/** A file of Xet has its SHA-256 in the list, as part of its LFS pointer. More of those without are left out. */
const MAX_ASKED = 100

/** The SHA-256 of files whose `oid` is one of a pointer, as the Hub names it where it sends us on. */
async function linkedChecksums(
  client: HubClient,
  repository: Repository,
  files: readonly TreeEntry[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const { path } of files.filter(({ lfs, xetHash }) => !lfs && xetHash).slice(0, MAX_ASKED)) {
    const hex = await client.linkedSha256(fileUrl(client, repository, path), signal && { signal })
    if (hex !== null) found.set(path, hex)
  }
  return found
}

/** Where a file's contents are asked for. */
export const fileUrl = (client: HubClient, repository: Repository, path: string): URL =>
  client.url(
    `${pathOf(repository)}/resolve/${encodeURIComponent(repository.revision)}/${path.split('/').map(encodeURIComponent).join('/')}`,
  )
