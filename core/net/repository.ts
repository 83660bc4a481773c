import { z } from 'zod'
import type { HubBranch, HubDatasetId } from '../contract/index.ts'
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

const TreeEntry = z.object({
  type: z.string(),
  path: z.string(),
  oid: z.string(),
  size: z.number().nonnegative(),
  lfs: z.object({ oid: z.string(), size: z.number().nonnegative() }).optional(),
})

/** A page of a tree has up to 1,000 entries. */
const MAX_TREE_PAGES = 20

/** The branch with the tables that the Hub has converted: `config/split/0000.parquet`. */
const revisions: Readonly<Record<HubBranch, string>> = { original: 'main', parquet: 'refs/convert/parquet' }

/** What failures of requests for a dataset name. */
export const subjectOf = (client: HubClient, id: HubDatasetId, file?: string): Subject => ({
  dataset: id,
  page: client.url(`datasets/${id}`).href,
  ...(file !== undefined && { file }),
})

/** The files of a branch, with sizes and checksums. Throws `hub/file-not-found` where there is no such branch. */
export async function listFiles(
  client: HubClient,
  id: HubDatasetId,
  branch: HubBranch,
  signal?: AbortSignal,
): Promise<RepositoryFile[]> {
  const url = client.url(`api/datasets/${id}/tree/${encodeURIComponent(revisions[branch])}`, { recursive: 'true' })
  const entries = await client.list(url, TreeEntry, {
    subject: subjectOf(client, id, revisions[branch]),
    maxPages: MAX_TREE_PAGES,
    ...(signal && { signal }),
  })
  return entries
    .filter(({ type }) => type === 'file')
    .map(({ path, oid, size, lfs }) => ({
      path,
      sizeBytes: lfs?.size ?? size,
      checksum: lfs ? { kind: 'sha256', hex: lfs.oid.replace(/^sha256:/, '') } : { kind: 'git-sha1', hex: oid },
    }))
}

/** Where a file's contents are asked for. */
export const fileUrl = (client: HubClient, id: HubDatasetId, branch: HubBranch, path: string): URL =>
  client.url(
    `datasets/${id}/resolve/${encodeURIComponent(revisions[branch])}/${path.split('/').map(encodeURIComponent).join('/')}`,
  )
