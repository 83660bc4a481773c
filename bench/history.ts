// Every benchmark appends what it measured to a file of its own in bench/history: a line a run, so that `npm run bench
// -- compare` can tell what changed.
import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from './measure.ts'
import { tableText } from './table.ts'

const Machine = z.object({
  cpu: z.string(),
  cores: z.number().int().positive(),
  memoryGB: z.number().positive(),
  platform: z.string(),
  node: z.string(),
  gpu: z.string().optional(),
})

/** One run of a benchmark. */
export const HistoryLine = z.strictObject({
  commit: z.string().min(7),
  /** Sources differed from the commit. */
  changed: z.boolean(),
  date: z.iso.datetime(),
  machine: Machine,
  /** By the path within what was measured, joined by dots; the unit stands in the name. */
  figures: z.record(z.string(), z.number()),
})
export type HistoryLine = z.infer<typeof HistoryLine>

const folder = join(root, 'bench', 'history')

/** Every finite number within the values, by its path. Dates, names and failures (null) are no figures. */
export function figuresOf(values: unknown, path = ''): Record<string, number> {
  if (typeof values === 'number') return Number.isFinite(values) ? { [path]: values } : {}
  if (typeof values !== 'object' || values === null) return {}
  return Object.assign(
    {},
    ...Object.entries(values).map(([name, value]) => figuresOf(value, path === '' ? name : `${path}.${name}`)),
  ) as Record<string, number>
}

/** The lines of a history. Throws an error that names the line which is damaged. */
export function parseHistory(text: string): HistoryLine[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [HistoryLine.parse(JSON.parse(line))]
    } catch (cause) {
      throw new Error(`line ${index + 1} of the history is damaged`, { cause })
    }
  })
}

function sources(): Pick<HistoryLine, 'commit' | 'changed'> {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  return {
    commit: git('rev-parse', 'HEAD'),
    changed:
      git('status', '--porcelain', '--', 'core', 'electron', 'renderer', 'bench/*.ts', 'package-lock.json') !== '',
  }
}

/** Appends a run to the benchmark's history. Throws where the sources are no git checkout. */
export async function record(
  benchmark: string,
  values: unknown,
  { date, ...machine }: HistoryLine['machine'] & { readonly date: string },
): Promise<void> {
  const line = HistoryLine.parse({ ...sources(), date, machine, figures: figuresOf(values) })
  await mkdir(folder, { recursive: true })
  await appendFile(join(folder, `${benchmark}.jsonl`), `${JSON.stringify(line)}\n`)
}

const sameMachine = (a: HistoryLine, b: HistoryLine): boolean =>
  (['cpu', 'cores', 'platform', 'gpu'] as const).every((key) => a.machine[key] === b.machine[key])

/**
 * The two runs to compare: the last one, or the last of commit `after`, and the run before it on the same machine, or
 * the last of commit `before` there. Null where there are no two such runs.
 */
export function pairOf(
  lines: readonly HistoryLine[],
  before?: string,
  after?: string,
): readonly [HistoryLine, HistoryLine] | null {
  const ofCommit = (commit: string | undefined) => (line: HistoryLine) =>
    commit === undefined || line.commit.startsWith(commit)
  const late = lines.findLastIndex(ofCommit(after))
  const last = lines[late]
  if (!last) return null
  const others = before === undefined ? lines.slice(0, late) : lines.toSpliced(late, 1)
  const first = others.filter(ofCommit(before)).findLast((line) => sameMachine(line, last))
  return first ? [first, last] : null
}

export interface Change {
  readonly name: string
  readonly before: number | null
  readonly after: number | null
  /** Null where one of them is missing, or the first is 0. */
  readonly percent: number | null
}

/** Each figure of both runs, in the order of the later run; those that it has no longer come last. */
export function changesBetween(before: HistoryLine, after: HistoryLine): Change[] {
  const names = new Set([...Object.keys(after.figures), ...Object.keys(before.figures)])
  return [...names].map((name) => {
    const [a = null, b = null] = [before.figures[name], after.figures[name]]
    return { name, before: a, after: b, percent: a === null || b === null || a === 0 ? null : (b / a - 1) * 100 }
  })
}

const cell = (value: number | null): string => (value === null ? '–' : String(value))
const percentCell = (percent: number | null): string =>
  percent === null ? '' : `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`
const heading = ({ commit, changed, date }: HistoryLine): string =>
  `${commit.slice(0, 8)}${changed ? ' (changed)' : ''}, ${date.slice(0, 10)}`

/** The change between two runs as a table. */
export const comparisonText = (before: HistoryLine, after: HistoryLine): string =>
  tableText([
    ['', heading(before), heading(after), 'change'],
    ...changesBetween(before, after).map((change) => [
      change.name,
      cell(change.before),
      cell(change.after),
      percentCell(change.percent),
    ]),
  ])

/** The comparison of every benchmark that has two runs to compare, each under its name. */
export async function compareHistories(before?: string, after?: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort()
  const parts = await Promise.all(
    files.map(async (file) => {
      const pair = pairOf(parseHistory(await readFile(join(folder, file), 'utf8')), before, after)
      const name = file.replace('.jsonl', '')
      return pair ? `${name}\n${comparisonText(...pair)}` : `${name}: no two runs of one machine to compare`
    }),
  )
  return parts.join('\n\n')
}
