import { writeNote } from '../../local-models/model-note.ts'
import type { ExportFormat } from '../format.ts'
import { plainId } from '../plain-id.ts'
import { merged } from './merged.ts'

/** A note takes 120 units of UTF-16, of which a character has at most two. */
const MAX_CHARACTERS = 60

/** A model of this library: chosen as a base, and asked in the chat, as others are. */
export const library: ExportFormat = {
  ...merged,
  id: 'library',
  home: ({ models }, { record }) => ({ folder: models, name: plainId(record, 'merged'), ending: null }),
  async write(source, target, watch) {
    await merged.write(source, target, watch)
    await writeNote(target, { name: [...source.record.name].slice(0, MAX_CHARACTERS).join(''), isMerged: true })
  },
}
