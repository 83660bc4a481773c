// `npm run corpus -- FOLDER [--seconds N] [--save REPORT] [--against REPORT]`: reads every file of a folder as the
// command line does, each within its time in another process, and says what is wrong.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { endingOf } from '../contract/index.ts'
import { importEndings } from '../datasets/formats/registry.ts'
import { examine } from './examine.ts'
import { isFailure, linesOf, type Outcome } from './findings.ts'

const SECONDS = 60
const OTHER_ENDINGS: readonly string[] = ['xml', 'htm', 'html', 'txt', 'gz', 'zst', 'bz2', 'xlam', 'xlt']

/** A reader in a process of its own, which is made anew when it hangs or dies. */
class Examiner {
  #child: ChildProcess | null = null

  constructor(private readonly seconds: number) {}

  async examine(path: string, file: string): Promise<Outcome> {
    const child = (this.#child ??= fork(process.argv[1] as string, ['--child'], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    }))
    const waiting = new AbortController()
    const { signal } = waiting
    const timer = setTimeout(() => child.kill('SIGKILL'), this.seconds * 1000)
    try {
      child.send({ path, file })
      const [answer, how] = (await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }).then(([code, killer]) => [null, killer ?? code] as const),
      ])) as [Outcome | null, unknown]
      if (answer) return answer
      this.#child = null
      return how === 'SIGKILL'
        ? { file, result: 'hang', reason: `longer than ${this.seconds} seconds, or killed` }
        : { file, result: 'crash', reason: String(how) }
    } finally {
      clearTimeout(timer)
      waiting.abort()
    }
  }

  end(): void {
    this.#child?.disconnect()
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && [...importEndings, ...OTHER_ENDINGS].includes(endingOf(entry.name)))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.endsWith('.want.txt'))
    .sort()
}

async function examineAll(folder: string, seconds: number): Promise<Outcome[]> {
  const examiner = new Examiner(seconds)
  const outcomes: Outcome[] = []
  for (const file of await filesIn(folder)) {
    const outcome = await examiner.examine(join(folder, file), file)
    for (const line of linesOf(outcome)) console.log(line)
    outcomes.push(outcome)
  }
  examiner.end()
  return outcomes
}

/** What another run said otherwise. */
function changesOf(outcomes: readonly Outcome[], before: readonly Outcome[]): string[] {
  const known = new Map(before.map((outcome) => [outcome.file, outcome]))
  const told = ({ result, reason, rowCount, digest }: Outcome) =>
    result === 'read' ? `${rowCount} rows, ${digest}` : `${result}: ${reason?.split('\n')[0] ?? ''}`
  return outcomes.flatMap((outcome) => {
    const old = known.get(outcome.file)
    return old && told(old) !== told(outcome) ? [`changed ${outcome.file}: ${told(old)} -> ${told(outcome)}`] : []
  })
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string' }, save: { type: 'string' }, against: { type: 'string' } },
  })
  const [folder] = positionals
  if (folder === undefined) {
    console.log('npm run corpus -- FOLDER [--seconds N] [--save REPORT] [--against REPORT]')
    return 2
  }
  const outcomes = await examineAll(folder, Number(values.seconds ?? SECONDS))
  if (values.against !== undefined)
    for (const line of changesOf(outcomes, JSON.parse(await readFile(values.against, 'utf8')) as Outcome[]))
      console.log(line)
  if (values.save !== undefined) await writeFile(values.save, JSON.stringify(outcomes))
  const count = (isCounted: (outcome: Outcome) => unknown) => outcomes.filter(isCounted).length
  const failures = count(isFailure)
  console.log(
    `${outcomes.length} files: ${count(({ result }) => result === 'read')} read, ` +
      `${count(({ result }) => result === 'refused')} refused, ${failures} failed, ` +
      `${count(({ differences }) => differences)} differ from another reader`,
  )
  return failures > 0 ? 1 : 0
}

if (process.argv[2] === '--child')
  process.on('message', ({ path, file }: { path: string; file: string }) => {
    void examine(path, file).then((outcome) => process.send?.(outcome))
  })
else process.exitCode = await main()
