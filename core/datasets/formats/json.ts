import { endingOf } from '../../contract/index.ts'
import { beginsWith, openLines, openList, recordOptions, sourceOf, startOf } from './records.ts'
import { defineFormat } from './table-format.ts'

/** JSON Lines under the other name: a common mistake. */
const isLines = (text: string): boolean => /^\{.*\}[^\S\n]*\n\s*\{/.test(text)

/** A list of objects, or an object with such a list in it. */
export const json = defineFormat({
  id: 'json',
  endings: ['json'],
  options: recordOptions,
  writes: [],
  detect: (file) => endingOf(file.name) === 'json' || beginsWith(file, /^\[\s*\{/),
  async read(file, given) {
    const source = await sourceOf(file, given)
    return isLines(startOf(source)) ? openLines(source) : openList(source)
  },
})
