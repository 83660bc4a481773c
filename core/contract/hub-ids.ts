import { z } from 'zod'

/** `owner/name`, or a name alone as the oldest repositories have it. */
const REPOSITORY = /^(?!\.{1,2}(\/|$))[\w.-]{1,96}(\/(?!\.{1,2}$)[\w.-]{1,96})?$/

export const HubDatasetId = z.string().regex(REPOSITORY).brand<'HubDatasetId'>()
export type HubDatasetId = z.infer<typeof HubDatasetId>

export const HubModelId = z.string().regex(REPOSITORY).brand<'HubModelId'>()
export type HubModelId = z.infer<typeof HubModelId>

/** A branch, a tag or a commit of a repository, such as `main`, `v1.0` or `refs/pr/3`. */
export const HubRevision = z
  .string()
  .regex(/^(?!.*\.\.)(?!.*\/\/)\w[\w.+/-]{0,198}(?<!\/)$/)
  .brand<'HubRevision'>()
export type HubRevision = z.infer<typeof HubRevision>

/** A GGUF file beside a repository's other files. */
export const GgufName = z
  .string()
  .regex(/^[A-Za-z0-9_][\w.-]{0,145}\.gguf$/i)
  .brand<'GgufName'>()
export type GgufName = z.infer<typeof GgufName>

export const DownloadId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .brand<'DownloadId'>()
export type DownloadId = z.infer<typeof DownloadId>
