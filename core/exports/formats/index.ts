import type { ExportFormat } from '../format.ts'
import { gguf } from './gguf.ts'
import { ggufLora } from './gguf-lora.ts'
import { library } from './library.ts'
import { lmStudio } from './lm-studio.ts'
import { merged } from './merged.ts'
import { mlx } from './mlx.ts'
import { ollama } from './ollama.ts'
import { peft } from './peft.ts'
import { zip } from './zip.ts'

/** Every form in which a run can go out. */
export const exportFormats: readonly ExportFormat[] = [
  gguf,
  lmStudio,
  ollama,
  library,
  merged,
  peft,
  mlx,
  ggufLora,
  zip,
]
