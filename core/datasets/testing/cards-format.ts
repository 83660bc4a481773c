import { decodeText, judgeEncoding } from '../formats/encoding.ts'
import { inPortions } from '../formats/portions.ts'
import { defineFormat, type Cells } from '../formats/table-format.ts'
import { writeLines } from '../formats/writing.ts'

const MARK = '#cards'

/** A format that only tests know: a mark, then one `name=value` a line, and a line `---` behind each row. */
export const cards = defineFormat({
  id: 'cards',
  endings: ['cards'],
  options: ['encoding'],
  writes: [
    {
      id: 'cards',
      endings: ['cards'],
      write: (work) =>
        writeLines(
          work,
          (cells) => [...work.columns.map(({ name }, index) => `${name}=${cells[index] ?? ''}`), '---'].join('\n'),
          `${MARK}\n`,
        ),
    },
  ],
  detect: ({ beginning }) => new TextDecoder().decode(beginning.subarray(0, MARK.length)) === MARK,
  async read(file, given) {
    const { encoding, confidence } = await judgeEncoding(file, given.encoding)
    const text = decodeText(await file.whole(), encoding).slice(MARK.length + 1)
    const rows = text
      .split('---\n')
      .slice(0, -1)
      .map((card) =>
        card
          .trimEnd()
          .split('\n')
          .map((line) => line.split('=') as [string, string]),
      )
    const table: Cells[] = [
      (rows[0] ?? []).map(([name]) => name),
      ...rows.map((row) => row.map(([, value]) => value || null)),
    ]
    return { options: { encoding }, encodingConfidence: confidence, portions: () => inPortions(table) }
  },
})
