import { z } from 'zod'

/**
 * What a column means to training: `id` and `parent` chain rows into conversations, `conversation` holds a whole one as
 * JSON (OpenAI messages or ShareGPT).
 */
export const ColumnRole = z.enum(['prompt', 'answer', 'system', 'id', 'parent', 'conversation', 'ignore'])
export type ColumnRole = z.infer<typeof ColumnRole>
