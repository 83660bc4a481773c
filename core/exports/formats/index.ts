import type { ExportFormat } from '../format.ts'
import { merged } from './merged.ts'
import { peft } from './peft.ts'

/** Every form in which a run can go out. */
export const exportFormats: readonly ExportFormat[] = [merged, peft]
