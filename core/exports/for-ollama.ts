// What Ollama is given of an export.
import { join } from 'node:path'
import type { ExportFormId } from '../contract/index.ts'
import type { OllamaModel } from '../ollama/ollama.ts'
import { sampleOptionsOf } from '../samples/samples.ts'
import { loadTokenizer } from '../tokenizers/index.ts'
import { OLLAMA_FILE } from './formats/ollama.ts'
import { ollamaModelOf } from './modelfile.ts'
import type { ExportSource } from './source.ts'

/** The GGUF of an export of one of `ollamaForms`. */
export const ollamaFileOf = (form: ExportFormId, written: string): string =>
  form === 'ollama' ? join(written, OLLAMA_FILE) : written

/** Template and parameters, as a Modelfile would have them. Throws as loadTokenizer. */
export async function describeForOllama({ model, record }: ExportSource): Promise<OllamaModel> {
  const { format } = sampleOptionsOf(record.settings)
  return ollamaModelOf(await loadTokenizer(model.folder), format, record.settings)
}
