import { mkdir } from 'node:fs/promises'
import {
  ExportFormId,
  exportForms,
  FolderPath,
  homedForms,
  isExporting,
  ollamaForms,
  OllamaName,
  OwnedRepository,
  type HubModelId,
  publishedForms,
  UserError,
  type Calls,
  type ExperimentId,
  type ExportJob,
  type ExportTest,
  type TextsCompared,
} from '../contract/index.ts'
import { namedFolder } from '../files/folders.ts'
import { sentence } from '../host/sentence.ts'
import { parseArguments } from './arguments.ts'
import type { CliContext } from './context.ts'
import { fileSize, text } from './print.ts'

/** As shells have it for Ctrl+C. */
const INTERRUPTED = 130

/**
 * `terakoya export <experiment> --to FORM[:CHOICE] [--out FOLDER] [--create NAME [--replace]] [--step N] [--json]`:
 * writes a run in a form that other programs read, into a new folder in FOLDER or where the form is looked for, and asks
 * what was written; with a NAME, Ollama makes a model of it. Returns 0 where it answers as the run does, 1 where it does
 * not though its weights are as exact, 130 after Ctrl+C, which leaves nothing.
 *
 * `--to hub[:FORM] --repo OWNER/NAME [--public]` writes it in that form, a PEFT adapter where none is named, and publishes
 * it: private unless said otherwise, and as a further commit where the repository is there.
 */
export async function exportCommand(context: CliContext, args: readonly string[]): Promise<number> {
  const named = ['to', 'out', 'step', 'repo', 'create']
  const { options, flags, rest } = parseArguments(args, named, [], ['json', 'public', 'replace'])
  const [name, ...more] = rest
  if (name === undefined || more.length > 0 || name.startsWith('--')) throw usageError(`export ${rest.join(' ')}`)
  const { to, out, step } = options
  if (!to?.trim()) throw usageError('--to')
  const isPublished = to === 'hub' || to.startsWith('hub:')
  const wanted = formOf(isPublished ? to.slice('hub:'.length) || 'peft' : to)
  const repository = isPublished ? repositoryOf(options['repo']) : null
  if (isPublished && !publishedForms.has(wanted.form)) throw new UserError('export/not-published')
  if (!out?.trim() && !isPublished && !homedForms.has(wanted.form)) throw usageError('--out')
  const ollama = registrationOf(wanted.form, options['create'], flags.has('replace'))
  if (step !== undefined && !/^\d{1,15}$/.test(step)) throw usageError(`--step ${step}`)
  const source = {
    id: await findExperiment(context, name),
    ...(step === undefined ? {} : { step: Number(step) }),
    ...(out?.trim() ? { folder: await madeFolder(out) } : {}),
  }
  const choices = await context.call('exports.plan', source)
  const [option] = Object.keys(choices.choices.find(({ form }) => form === wanted.form)?.options ?? {})
  const chosen = wanted.choice === null ? {} : { [option ?? 'option']: wanted.choice }
  const last = await runToEnd(context, { ...source, form: wanted.form, options: chosen, ...ollama }, !flags.has('json'))
  const code = told(last, flags.has('json'))
  if (!repository || !last.result) return code
  const published = await publish(context, last.jobId, { repository, isPrivate: !flags.has('public') })
  if (flags.has('json')) console.log(JSON.stringify({ repository, url: published }))
  else console.log(text('exportPublished', { url: published }))
  return code
}

function repositoryOf(repo: string | undefined): HubModelId {
  const { success, data } = OwnedRepository.safeParse(repo)
  if (!success) throw usageError(`--repo ${repo ?? ''}`)
  return data
}

/** Resolves with the repository's page; Ctrl+C ends it, and nothing is published. */
async function publish(
  context: CliContext,
  jobId: string,
  wanted: { readonly repository: HubModelId; readonly isPrivate: boolean },
): Promise<string> {
  const { warnings } = await context.call('exports.publicationPlan', { jobId })
  for (const warning of warnings) console.error(sentence(warning))
  const interrupt = () => void context.call('exports.cancel', { jobId })
  process.once('SIGINT', interrupt)
  let end = () => {}
  try {
    return await new Promise<string>((resolve, reject) => {
      end = context.on('exports.progress', ({ publication, ...job }) => {
        if (job.jobId !== jobId || !publication || publication.state === 'sending') return
        if (publication.state === 'done') resolve(publication.url)
        else reject(publication.error ? new UserError(publication.error.code, publication.error.facts) : stopped())
      })
      context.call('exports.publish', { jobId, ...wanted, mayExist: true }).catch(reject)
    })
  } finally {
    process.off('SIGINT', interrupt)
    end()
  }
}

const stopped = (): UserError => new UserError('export/stopped')

/** What `--create NAME --replace` asks for. */
function registrationOf(form: ExportFormId, name: string | undefined, replace: boolean) {
  if (name === undefined && !replace) return {}
  const parsed = OllamaName.safeParse(name)
  if (!parsed.success || !ollamaForms.has(form)) throw usageError(`--create ${name ?? ''}`)
  return { ollama: { name: parsed.data, replace } }
}

async function madeFolder(out: string): Promise<FolderPath> {
  const folder = namedFolder(out)
  await mkdir(folder, { recursive: true }).catch(() => {
    throw new UserError('export/folder-unwritable', { folder })
  })
  return FolderPath.parse(folder)
}

const usageError = (problem: string): UserError => new UserError('cli/usage', { problem })

/** `gguf:Q4_K_M`: a form with the one choice that it offers. */
function formOf(to: string): { readonly form: ExportFormId; readonly choice: string | null } {
  const colon = to.indexOf(':')
  const [name, choice] = colon < 0 ? [to, null] : [to.slice(0, colon), to.slice(colon + 1)]
  const { success, data: form } = ExportFormId.safeParse(name)
  if (!success)
    throw new UserError('setting/choice', { setting: '--to', found: name, expected: exportForms.join(', ') })
  return { form, choice }
}

/** By id, else by name. */
async function findExperiment({ call }: CliContext, name: string): Promise<ExperimentId> {
  const all = await call('experiments.list', {})
  const found = all.find(({ id }) => id === name) ?? all.find((candidate) => candidate.name === name)
  if (!found) throw new UserError('experiment/not-found', { id: name })
  return found.id
}

type StartInput = Calls['exports.start']['input']

/** Waits for the job's end; Ctrl+C cancels it. */
async function runToEnd(context: CliContext, input: StartInput, verbose: boolean): Promise<ExportJob> {
  let end = () => {}
  let interrupt = () => {}
  try {
    return await new Promise<ExportJob>((resolve, reject) => {
      let jobId: string | null = null
      let isInterrupted = false
      const cancel = (id: string) => context.call('exports.cancel', { jobId: id }).catch(reject)
      interrupt = () => {
        isInterrupted = true
        if (jobId !== null) void cancel(jobId)
      }
      process.once('SIGINT', interrupt)
      end = context.on('exports.progress', (job) => {
        if (verbose) printProgress(job)
        if (!isExporting(job.state)) resolve(job)
      })
      context.call('exports.start', input).then((job) => {
        ;({ jobId } = job)
        if (isInterrupted) void cancel(jobId)
      }, reject)
    })
  } finally {
    process.off('SIGINT', interrupt)
    end()
  }
}

function printProgress({ state, writtenBytes, totalBytes, remainingSeconds }: ExportJob): void {
  if (!process.stdout.isTTY) return
  const share = totalBytes > 0 ? Math.min(100, Math.floor((writtenBytes / totalBytes) * 100)) : 0
  const remaining = remainingSeconds === null ? '–' : Math.ceil(remainingSeconds)
  const lines: Partial<Record<ExportJob['state'], string>> = {
    writing: text('exporting', { share, remaining }),
    testing: text('exportTesting'),
    registering: text('exportRegistering', { share, remaining }),
  }
  process.stdout.write(`\r\u001b[K${lines[state] ?? ''}`)
}

/** Prints what became of a job, and gives the exit code. Throws its own error where it failed. */
function told({ state, error, result, form, step }: ExportJob, asJson: boolean): number {
  if (error) throw new UserError(error.code, error.facts)
  if (!result) {
    console.log(text('stopped'))
    return state === 'cancelled' ? INTERRUPTED : 1
  }
  const { place, files, test, ollama } = result
  if (asJson) console.log(JSON.stringify({ place, form, step, files, test, ...(ollama && { ollama }) }))
  else {
    const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    console.log(text('exported', { place, size: fileSize(bytes) }))
    console.log(testLines(test))
    if (ollama && !ollama.error) console.log(text('exportRegistered', { name: ollama.name }))
  }
  if (ollama?.error) throw new UserError(ollama.error.code, ollama.error.facts)
  return test.kind === 'failed' || (test.kind === 'different' && !test.lossy) ? 1 : 0
}

function testLines(test: ExportTest): string {
  if (test.kind === 'postponed') return text('exportPostponed')
  if (test.kind === 'failed') return `${text('exportTestFailed')}\n${sentence(test.error)}`
  return [answerLines(test), textsLine(test.texts)].filter((line) => line !== '').join('\n')
}

function answerLines(test: Extract<ExportTest, { kind: 'same' | 'different' }>): string {
  const { answers } = test
  if (answers.length === 0) return text('exportNothingAsked')
  if (test.kind === 'same') return text('exportSame', { count: answers.length })
  const different = answers.filter(({ same }) => !same)
  const lines = different.map(
    ({ question, run, written }) =>
      `\n  ${text('question')}: ${question}\n  ${text('exportRun')}: ${run}\n  ${text('exportWritten')}: ${written}`,
  )
  const told = text('exportDifferent', { count: answers.length, different: different.length })
  return `${told}${test.lossy ? text('exportLossy') : ''}${lines.join('')}`
}

/** Rows that the other program reads otherwise, and the numbers of the first. */
function textsLine(texts: TextsCompared | undefined): string {
  if (!texts) return ''
  const { rowCount, differing, rows } = texts
  if (differing === 0) return text('exportTextsSame', { count: rowCount })
  const first = rows.slice(0, 10).join(', ') + (rows.length > 10 ? ' …' : '')
  return text('exportTextsDiffer', { count: rowCount, differing, rows: first })
}
