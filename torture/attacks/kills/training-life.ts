import { isActive, isResumable, type ExperimentId, type ExperimentSummary } from '../../../core/contract/index.ts'
import { NoAnswer, Refused } from '../../harness/client.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { isFaultWaiting, setFault, startHost, type Host } from '../../harness/host.ts'
import { wait } from '../../harness/measure.ts'
import {
  copyTemplate,
  differences,
  findStrays,
  readResult,
  smallRun,
  waitForEnd,
  type RunResult,
  type Template,
} from '../../harness/runs.ts'
import type { BoundaryPlans, KillPlan } from './boundaries.ts'

/** A run is killed so often before it may end. */
const KILLS_A_LIFE = 8
const LIFE_LIMIT_MS = 120_000

export interface LifeOptions {
  readonly template: Template
  readonly expected: RunResult
  readonly plans: BoundaryPlans
}

/** One run from its start to its end through several kills, compared with the run that nobody disturbed. */
export async function trainingLife(context: AttackContext, options: LifeOptions): Promise<void> {
  const folder = await context.folder()
  await copyTemplate(options.template, folder)
  const life = new TrainingLife(context, folder, options)
  try {
    await life.live()
  } catch (error) {
    context.report.find(
      `kills: ${life.lastKill}: ${error instanceof Refused ? error.error.code : 'the life broke off'}`,
      `${error instanceof Error ? error.message : String(error)} after ${life.story.join(', ')}`,
    )
  } finally {
    await life.end()
  }
}

class TrainingLife {
  readonly story: string[] = []
  readonly #context: AttackContext
  readonly #folder: string
  readonly #options: LifeOptions
  readonly #untilMs = performance.now() + LIFE_LIMIT_MS
  #host: Host | null = null
  /** Set once the host has acknowledged the start. */
  #id: ExperimentId | null = null
  #kills = 0
  /** True once the fault of this attempt may come to pass. */
  #isFaultSet = false
  #hasStruck = false

  constructor(context: AttackContext, folder: string, options: LifeOptions) {
    this.#context = context
    this.#folder = folder
    this.#options = options
  }

  get lastKill(): string {
    return this.story.at(-1) ?? 'before any kill'
  }

  async live(): Promise<void> {
    let summary: ExperimentSummary | null = null
    while (summary?.state.kind !== 'finished') {
      if (performance.now() > this.#untilMs) throw new Error(`not finished in time: ${JSON.stringify(summary?.state)}`)
      const plan =
        this.#kills < KILLS_A_LIFE && performance.now() < this.#context.deadlineMs
          ? this.#options.plans.next(this.#id === null)
          : null
      this.#hasStruck = false
      this.#isFaultSet = plan?.kind === 'boundary'
      if (plan?.kind === 'boundary') setFault(this.#folder, plan.fault)
      summary = await this.#attempt(plan)
      const wasHit = this.#hasStruck || this.#wasFaultMet()
      this.#isFaultSet = false
      setFault(this.#folder, null)
      if (plan && wasHit) this.#noteKill(plan)
      if (summary?.state.kind === 'failed') throw new Error(`failed: ${JSON.stringify(summary.state.error)}`)
    }
    await this.#compare(summary)
  }

  /** Goes on until the run rests or a process is gone; null where the host is. */
  async #attempt(plan: KillPlan | null): Promise<ExperimentSummary | null> {
    const timer = plan?.kind === 'moment' ? setTimeout(() => this.#strike(plan.process), plan.afterMs) : undefined
    try {
      const host = await this.#openHost()
      const id = await this.#beginOrResume(host)
      const summary = await waitForEnd(host, id, this.#untilMs)
      // A kill that comes after the run's end has nothing to break.
      return summary
    } catch (error) {
      if (!(error instanceof NoAnswer) && this.#host?.isRunning() !== false) throw error
      await this.#buryHost()
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  #wasFaultMet(): boolean {
    return this.#isFaultSet && !isFaultWaiting(this.#folder)
  }

  #strike(process_: 'host' | 'engine'): void {
    const host = this.#host
    if (!host?.isRunning()) return
    this.#hasStruck = true
    const [engine] = host.children('engine')
    const pid = process_ === 'engine' && engine !== undefined ? engine : host.pid
    process.kill(pid, 'SIGKILL')
  }

  async #openHost(): Promise<Host> {
    if (this.#host?.isRunning()) return this.#host
    const isRestart = this.story.length > 0
    this.#host = await this.#start()
    if (isRestart)
      for (const stray of await findStrays(this.#folder, this.#host.pid))
        this.#context.report.find(
          `stray after the next start: ${kindOf(stray)}`,
          `${stray} after ${this.story.join(', ')}`,
        )
    return this.#host
  }

  /**
   * A boundary of the host's own start may end it before it is there: the next start has no fault any more. Any other
   * failed start is a finding.
   */
  async #start(): Promise<Host> {
    try {
      return await startHost({ folder: this.#folder })
    } catch (error) {
      if (this.#wasFaultMet()) return startHost({ folder: this.#folder })
      this.#context.report.find(
        'a host does not start after a kill',
        `${error instanceof Error ? error.message : String(error)} after ${this.story.join(', ')}`,
      )
      throw error
    }
  }

  async #beginOrResume(host: Host): Promise<ExperimentId> {
    const found = this.#id ?? (await this.#unacknowledged(host))
    if (found === null) return this.#begin(host)
    this.#id = found
    const { summary } = await host.client.call('experiments.open', { id: found })
    if (isResumable(summary.state)) await host.client.call('experiments.resume', { id: found })
    else if (!isActive(summary.state) && summary.state.kind !== 'finished')
      throw new Error(`cannot go on: ${JSON.stringify(summary.state)}`)
    return found
  }

  async #begin(host: Host): Promise<ExperimentId> {
    const { id } = await host.client.call('experiments.start', { settings: smallRun(this.#options.template.datasetId) })
    this.#id = id
    return id
  }

  /** A run that appeared although its start was not answered: it may be there, but whole. */
  async #unacknowledged(host: Host): Promise<ExperimentId | null> {
    return (await host.client.call('experiments.list', {}))[0]?.id ?? null
  }

  async #buryHost(): Promise<void> {
    const host = this.#host
    this.#host = null
    if (!host) return
    const left = await host.kill()
    this.#context.report.expect(
      left.length === 0,
      'a process outlives its host',
      `${left.length} after ${this.lastKill}`,
    )
  }

  #noteKill(plan: KillPlan): void {
    this.#kills++
    this.#context.report.count++
    if (plan.kind === 'boundary') this.#options.plans.hit(plan.fault)
    this.story.push(
      plan.kind === 'moment'
        ? `${plan.process} at ${plan.afterMs} ms`
        : `${plan.fault.act} ${plan.fault.when} ${plan.fault.process} ${plan.fault.operation} ${plan.fault.role} #${plan.fault.occurrence}`,
    )
  }

  async #compare({ id }: ExperimentSummary): Promise<void> {
    const { report } = this.#context
    const detail = await (await this.#openHost()).client.call('experiments.open', { id })
    report.expect(
      detail.summary.state.kind === 'finished',
      'a finished run is none',
      JSON.stringify(detail.summary.state),
    )
    const exit = await this.#host?.stop()
    report.expect(exit?.code === 0, 'the host did not end by itself', JSON.stringify(exit))
    this.#host = null
    for (const difference of differences(this.#options.expected, await readResult(this.#folder, id)))
      report.find(`resumed run differs: ${kindOf(difference)}`, `${difference} after ${this.story.join(', ')}`)
    for (const stray of await findStrays(this.#folder, null))
      report.find(`stray at the end: ${kindOf(stray)}`, `${stray} after ${this.story.join(', ')}`)
  }

  async end(): Promise<void> {
    await wait(0)
    await this.#host?.kill()
  }
}

/** Without numbers, ids and values, so that findings of a kind are counted together. */
export const kindOf = (text: string): string =>
  text
    .replaceAll(/\d{8}-\d{6}-\w+/g, 'EXP')
    .replaceAll(/d\d{8}-\w{6}/g, 'DATA')
    .replaceAll(/[0-9a-f]{12,}/g, 'X')
    .replaceAll(/\d+/g, 'N')
    .split(':')[0] ?? text
