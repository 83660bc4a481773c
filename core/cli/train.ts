import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isActive, UserError, type ExperimentDetail, type ExperimentSummary } from '../contract/index.ts'
import { parseSettingsYaml } from '../runs/settings-yaml.ts'
import { parseArguments, parseSettingFlags } from './arguments.ts'
import type { CliContext } from './context.ts'
import { text } from './print.ts'

/**
 * `terakoya train <settings.yaml> [--json] [--training.epochs 5 …]`. `dataset: { file: rows.csv }` in the file imports
 * a table first.
 */
export async function trainCommand(context: CliContext, args: readonly string[]): Promise<number> {
  const { flags, rest } = parseArguments(args, [], [], ['json'])
  const [file, ...settingFlags] = rest
  if (file === undefined || file.startsWith('--')) throw new UserError('cli/usage', { problem: 'train' })
  const yaml = await readFile(file, 'utf8').catch(() => {
    throw new UserError('file/not-found', { file })
  })
  const { 'dataset.file': table, ...settings } = {
    ...parseSettingsYaml(yaml, file),
    ...parseSettingFlags(settingFlags),
  } as Record<string, unknown>
  if (table !== undefined)
    settings['dataset.id'] = (await context.call('datasets.import', { file: resolve(dirname(file), String(table)) })).id
  const detail = await runToEnd(context, settings, !flags.has('json'))
  if (flags.has('json'))
    console.log(
      JSON.stringify({
        experiment: detail.summary.id,
        losses: detail.steps.map(({ loss }) => loss),
        evaluations: detail.evaluations,
      }),
    )
  return detail.summary.state.kind === 'finished' ? 0 : 1
}

/**
 * Starts an experiment and waits for its end; Ctrl+C stops it with a checkpoint. Throws the run's own error where it
 * failed.
 */
export async function runToEnd(
  context: CliContext,
  settings: Record<string, unknown>,
  verbose: boolean,
): Promise<ExperimentDetail> {
  let summary: ExperimentSummary | null = null
  const earlier: ExperimentSummary[] = []
  let onChange: (changed: ExperimentSummary) => void = (changed) => void earlier.push(changed)
  const end = context.on('experiments.changed', (changed) => onChange(changed))
  const handedOver = next(context, 'system.library')
  const interrupt = () => {
    if (summary) void context.call('experiments.stop', { id: summary.id })
  }
  process.once('SIGINT', interrupt)
  try {
    const started = await context.call('experiments.start', { settings })
    summary = started
    if (verbose) console.log(text('training', { name: started.name }))
    const { state } = await new Promise<ExperimentSummary>((resolveEnd) => {
      onChange = (changed) => {
        if (changed.id !== started.id) return
        if (verbose) printProgress(changed)
        if (!isActive(changed.state)) resolveEnd(changed)
      }
      earlier.forEach(onChange)
    })
    if (state.kind === 'failed') throw new UserError(state.error.code, state.error.facts)
    if (state.kind === 'interrupted' && state.reason === 'studio-closed') {
      await handedOver.event
      throw await lockedError(context)
    }
    if (state.kind === 'interrupted') throw new UserError('engine/unavailable', { reason: state.detail })
    const detail = await context.call('experiments.open', { id: started.id })
    if (verbose) console.log(closingLine(detail))
    return detail
  } finally {
    process.off('SIGINT', interrupt)
    end()
    handedOver.end()
  }
}

/** The next event of that name. */
function next(
  context: CliContext,
  name: 'system.library',
): { readonly event: Promise<void>; readonly end: () => void } {
  let end: () => void = () => undefined
  const event = new Promise<void>((resolve) => {
    end = context.on(name, () => resolve())
  })
  return { event, end }
}

/**
 * A command closes its studio last: a run that ends with its studio was stopped for another one, which has the library
 * now.
 */
async function lockedError(context: CliContext): Promise<UserError> {
  const { access } = await context.call('system.info', {})
  const holder = access.kind === 'reader' ? access.holder : null
  return holder
    ? new UserError('cli/library-locked', { program: holder.kind, host: holder.host, since: holder.since })
    : new UserError('library/switching')
}

function printProgress({ progress }: ExperimentSummary): void {
  if (!progress || !process.stdout.isTTY) return
  const line = text('step', {
    step: progress.step,
    total: progress.totalSteps,
    loss: (progress.loss ?? 0).toFixed(4),
    remaining: Math.ceil(progress.remainingSeconds ?? 0),
  })
  process.stdout.write(`\r\u001b[K${line}${progress.step === progress.totalSteps ? '\n' : ''}`)
}

function closingLine({ summary, steps }: ExperimentDetail): string {
  if (summary.state.kind !== 'finished') return text('stopped')
  const seconds = steps.reduce((sum, { stepMs }) => sum + stepMs, 0) / 1000
  return text('finished', {
    steps: steps.at(-1)?.step ?? 0,
    seconds: seconds.toFixed(1),
    first: (steps[0]?.loss ?? 0).toFixed(3),
    last: (steps.at(-1)?.loss ?? 0).toFixed(4),
  })
}
