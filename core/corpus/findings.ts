/** What became of a file. */
export interface Outcome {
  /** Its path below the folder. */
  readonly file: string
  readonly result: 'read' | 'refused' | 'raw exception' | 'hang' | 'crash'
  /** The error's code, or what was thrown. */
  readonly reason?: string
  readonly rowCount?: number
  /** Of all cells, so that two runs can be compared. */
  readonly digest?: string
  /** A word that no user should read. */
  readonly jargon?: string
  /** Where another reader finds something else. */
  readonly differences?: readonly string[]
  readonly want?: { readonly isMet: boolean | null; readonly text: string; readonly found: string }
}

/** What is wrong with a file beyond any doubt. */
export const isFailure = ({ result, jargon, want }: Outcome): boolean =>
  (result !== 'read' && result !== 'refused') || jargon !== undefined || want?.isMet === false

/** The lines that tell of a file; none where there is nothing to tell. */
export function linesOf({ file, result, reason, jargon, differences = [], want }: Outcome): string[] {
  const lines: string[] = []
  if (result !== 'read' && result !== 'refused') lines.push(`${result.toUpperCase()} ${file}: ${reason ?? ''}`)
  if (jargon !== undefined) lines.push(`JARGON ${file}: ${jargon}`)
  if (want && want.isMet !== true)
    lines.push(
      `${want.isMet === null ? 'look at' : 'NOT AS WANTED'} ${file}: ${want.text}`,
      `  found: ${want.found}${result === 'refused' ? (reason ?? '') : ''}`,
    )
  const [first, ...others] = differences
  if (first !== undefined)
    lines.push(`differs ${file}: ${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}`)
  return lines
}
