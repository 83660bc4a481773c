import { join } from 'node:path'
import { sampleOptionsOf } from '../../samples/samples.ts'
import { loadTokenizer } from '../../tokenizers/index.ts'
import { writeText } from '../file-writer.ts'
import type { ExportFormat } from '../format.ts'
import { modelfileOf, ollamaModelOf } from '../modelfile.ts'
import { ggufBytes, ggufRefusal, mixOptions, reopenedGguf, writeGguf } from './gguf.ts'

/** The GGUF in the folder. */
export const OLLAMA_FILE = 'model.gguf'

/** A GGUF with the Modelfile that `ollama create` reads. */
export const ollama: ExportFormat = {
  id: 'ollama',
  options: mixOptions,
  ending: null,
  refusal: ggufRefusal,
  sizeBytes: ggufBytes,
  async write(source, target, { options, ...watch }) {
    const { model, record } = source
    const tokenizer = await loadTokenizer(model.folder)
    await writeGguf(source, join(target, OLLAMA_FILE), { tokenizer, options, ...watch })
    const { format } = sampleOptionsOf(record.settings)
    const text = modelfileOf(OLLAMA_FILE, ollamaModelOf(tokenizer, format, record.settings))
    await writeText(join(target, 'Modelfile'), text, watch)
  },
  reopen: async (_, written, { options }) => reopenedGguf(join(written, OLLAMA_FILE), options),
}
