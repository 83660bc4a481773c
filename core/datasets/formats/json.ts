import { endingOf } from '../../contract/index.ts'
import { beginsWith, openRecords, recordOptions, sourceOf } from './records.ts'
import { defineFormat } from './table-format.ts'

/** A list of objects or of conversations, or an object with a table in it; JSON Lines under the other name, too. */
export const json = defineFormat({
  id: 'json',
  endings: ['json'],
  options: recordOptions,
  writes: [],
  detect: (file) => endingOf(file.name) === 'json' || beginsWith(file, /^\[\s*(\[\s*)?\{/),
  read: async (file, given) => openRecords(await sourceOf(file, given)),
})
