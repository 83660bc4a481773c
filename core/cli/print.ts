import { exportForms } from '../contract/index.ts'
import { writtenEndings } from '../datasets/formats/registry.ts'
import { language } from '../host/sentence.ts'
import { text as textsOf, type Texts } from '../../texts/index.ts'
import { fill, type Facts } from '../../texts/sentences.ts'

/** A text of the command line in the user's language. */
export const text = (key: keyof Texts['commandLine'], facts: Facts = {}): string =>
  fill(textsOf(language()).commandLine[key], facts, language())

/** How the commands are called, with what `data convert` and `export` write. */
export const usage = (): string => text('usage', { formats: writtenEndings.join(', '), forms: exportForms.join('|') })

const GIB = 2 ** 30
export const gigabytes = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GB`

const MIB = 2 ** 20
/** What a file takes: in megabytes where that is less than a gigabyte. */
export const fileSize = (bytes: number): string => (bytes >= GIB ? gigabytes(bytes) : `${(bytes / MIB).toFixed(1)} MB`)

/** Width on a terminal: full-width characters take two columns. */
export const displayWidth = (value: string): number =>
  [...value].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]/u.test(
        character,
      )
        ? 2
        : 1),
    0,
  )

/** Rows as lines, with columns under each other; the last one may be of any width. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))))
      .join('  ')
      .trimEnd(),
  )
}

/** A question with its two answers, one under the other, aligned. */
export function answersBlock(question: string, before: string, after: string): string {
  const labels = [text('question'), text('before'), text('after')]
  const width = Math.max(...labels.map(displayWidth))
  const pad = (label: string) => label + ' '.repeat(width - displayWidth(label))
  return [question, before, after].map((value, index) => `  ${pad(labels[index] as string)}  ${value}`).join('\n')
}
