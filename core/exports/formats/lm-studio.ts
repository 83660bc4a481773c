import { join } from 'node:path'
import { readdir } from 'node:fs/promises'
import { UserError } from '../../contract/index.ts'
import { loadTokenizer } from '../../tokenizers/index.ts'
import type { ExportFormat } from '../format.ts'
import { nameFor } from '../place.ts'
import { ggufBytes, ggufRefusal, mixOptions, reopenedGguf, writeGguf } from './gguf.ts'

/** Whose models they are: LM Studio lists models as `publisher/model/file.gguf`. */
const PUBLISHER = 'terakoya-studio'

/** A GGUF where LM Studio looks for models. */
export const lmStudio: ExportFormat = {
  id: 'lm-studio',
  options: mixOptions,
  ending: null,
  refusal: ggufRefusal,
  sizeBytes: ggufBytes,
  home({ lmStudio }, { record }) {
    if (lmStudio === null) throw new UserError('export/no-lm-studio')
    return { folder: join(lmStudio, PUBLISHER), under: lmStudio, name: nameFor(record.name, null), ending: null }
  },
  async write(source, target, { options, ...watch }) {
    const tokenizer = await loadTokenizer(source.model.folder)
    const file = `${nameFor(source.record.name, options['mix'] ?? null)}.gguf`
    await writeGguf(source, join(target, file), { tokenizer, options, ...watch })
  },
  async reopen(_, written, { options }) {
    const file = (await readdir(written)).find((name) => name.endsWith('.gguf')) ?? ''
    return reopenedGguf(join(written, file), options)
  },
}
