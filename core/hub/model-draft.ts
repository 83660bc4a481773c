// A model that is on its way into the library: a hidden folder beside the others, with a file that says what is meant
// to come.
import { createHash } from 'node:crypto'
import { lstat, opendir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { DownloadId, HubModelId, HubRevision, ModelId, UserError } from '../contract/index.ts'
import { defineStored } from '../files/stored.ts'
import { bytesNoted } from '../net/pieces.ts'
import { piecesOfTarget } from '../net/ranged-download.ts'
import type { RepositoryFile } from '../net/repository.ts'
import { plainName } from '../files/plain-name.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

const STATE_FILE = '.download.json'
const PREFIX = '.draft-'
const MAX_DRAFTS = 1_000
const MAX_FILES = 2_000

const File = z.object({
  path: z.string().regex(/^[A-Za-z0-9_][\w.-]{0,150}$/),
  sizeBytes: z.number().nonnegative(),
  checksum: z.object({ kind: z.enum(['sha256', 'sha512', 'git-sha1']), hex: z.string().regex(/^[0-9a-f]{40,128}$/) }),
})
const Draft = z.object({
  downloadId: DownloadId,
  id: HubModelId,
  revision: HubRevision,
  commit: HubRevision,
  modelId: ModelId,
  /** ISO 8601 */
  startedAt: z.string().max(40),
  files: z.array(File).max(MAX_FILES),
  /** Where one of the files is a GGUF that is to be converted: what its name says of its numbers, and what it becomes. */
  gguf: z
    .object({ type: z.string().max(40), modelBytes: z.number().nonnegative() })
    .nullable()
    .default(null),
}) satisfies z.ZodType<{ readonly files: readonly RepositoryFile[] }>
export type Draft = z.infer<typeof Draft>

export const modelDraft = defineStored({
  name: 'model-download.json',
  schema: Draft,
  migrations: [],
  maxBytes: 2_000_000,
})

export const draftFolder = (models: string, modelId: ModelId): string => join(models, `${PREFIX}${modelId}`)
export const draftFile = (folder: string): string => join(folder, STATE_FILE)

/** Makes the folder and notes what is meant to come. Throws UserError where something else lies in its place. */
export async function writeDraft(models: string, draft: Draft): Promise<string> {
  const folder = draftFolder(models, draft.modelId)
  await ensureFolder(folder, dirname(models))
  await requireFolder(folder)
  await modelDraft.write(draftFile(folder), draft)
  return folder
}

/** Throws UserError for a link, which would lead to a folder elsewhere. */
export async function requireFolder(folder: string): Promise<void> {
  if (!(await lstat(folder)).isDirectory()) throw new UserError('library/unwritable', { folder })
}

/** Every draft of a library, the latest first; what cannot be read is none. */
export async function draftsIn(models: string): Promise<Draft[]> {
  const found: Draft[] = []
  for await (const entry of (await opendir(models).catch(() => null)) ?? []) {
    if (!entry.isDirectory() || !entry.name.startsWith(PREFIX)) continue
    const draft = await modelDraft.read(draftFile(join(models, entry.name))).catch(() => null)
    if (draft && entry.name === `${PREFIX}${draft.modelId}`) found.push(draft)
    if (found.length >= MAX_DRAFTS) break
  }
  return found.sort((a, b) => b.startedAt.localeCompare(a.startedAt))
}

/** Bytes of a file that a draft holds already. */
export async function bytesThere(folder: string, { path, sizeBytes }: RepositoryFile): Promise<number> {
  const whole = await lstat(join(folder, path)).catch(() => null)
  return whole?.isFile() && whole.size === sizeBytes ? sizeBytes : bytesNoted(piecesOfTarget(join(folder, path)))
}

const MAX_ID_CHARACTERS = 128 - '.model'.length - PREFIX.length

/**
 * What a model of the Hub is called in the library: `owner--name`, with the revision where that is not `main`, and with
 * a GGUF's type.
 */
export function modelIdFor(id: HubModelId, revision: HubRevision, type = ''): ModelId {
  const name = `${id.replace('/', '--')}${type === '' ? '' : `--${type}`}${revision === 'main' ? '' : `--${revision.replace(/[^\w.-]/g, '-')}`}`
  const plain = plainName(name)
  // Two revisions may be told apart by what a name cannot hold.
  const isExact = plain === name && (revision === 'main' || !/[^\w.-]/.test(revision)) && !plain.startsWith('.')
  if (isExact && plain.length <= MAX_ID_CHARACTERS) return ModelId.parse(plain)
  const letters = createHash('sha256').update(`${id}@${revision}`).digest('hex').slice(0, 8)
  return ModelId.parse(`${name.replace(/^\.+/, '').slice(0, MAX_ID_CHARACTERS - 9)}-${letters}`)
}
