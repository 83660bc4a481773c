import type { ExportFormat } from '../format.ts'
import { gguf } from './gguf.ts'
import { ggufLora } from './gguf-lora.ts'
import { merged } from './merged.ts'
import { mlx } from './mlx.ts'
import { ollama } from './ollama.ts'
import { peft } from './peft.ts'
import { zip } from './zip.ts'

/** Every form in which a run can go out. */
export const exportFormats: readonly ExportFormat[] = [gguf, ollama, merged, peft, mlx, ggufLora, zip]
