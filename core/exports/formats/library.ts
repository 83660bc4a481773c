import { writeNote } from '../../local-models/model-note.ts'
import type { ExperimentRecord } from '../../runs/record-file.ts'
import type { ExportFormat } from '../format.ts'
import { merged } from './merged.ts'

const MAX_CHARACTERS = 100

/** A model of this library: chosen as a base, and asked in the chat, as others are. */
export const library: ExportFormat = {
  ...merged,
  id: 'library',
  home: ({ models }, { record }) => ({ folder: models, name: idFor(record), ending: null }),
  async write(source, target, watch) {
    await merged.write(source, target, watch)
    await writeNote(target, { name: source.record.name.slice(0, MAX_CHARACTERS), isMerged: true })
  },
}

/** What a ModelId may hold of the run's name; its base's where that is nothing. */
function idFor({ name, model }: Pick<ExperimentRecord, 'name' | 'model'>): string {
  const plain = (text: string): string =>
    text
      .normalize('NFKC')
      .replaceAll(/[^A-Za-z0-9._]+/g, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, '')
      .slice(0, MAX_CHARACTERS)
  return /[A-Za-z]/.test(plain(name)) ? plain(name) : `${plain(model.id)}-merged`
}
