import type { ExportFormat } from '../format.ts'
import { merged } from './merged.ts'
import { mlx } from './mlx.ts'
import { peft } from './peft.ts'
import { zip } from './zip.ts'

/** Every form in which a run can go out. */
export const exportFormats: readonly ExportFormat[] = [merged, peft, mlx, zip]
