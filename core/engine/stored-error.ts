import { z } from 'zod'
import { isErrorCode, type AppError, type ErrorCode } from '../contract/index.ts'
import { anyNumber } from '../training/job.ts'

/** A failure that comes from a file or another process: only one that we have words for. */
export const StoredError: z.ZodType<AppError> = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  facts: z.record(z.string(), z.union([z.string(), anyNumber])),
})
