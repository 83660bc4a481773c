import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openAdapter, writeAdapter, type AdapterModule } from '../core/checkpoints/index.ts'
import { openBaseModel } from '../core/exports/base-model.ts'
import { mergedModel } from '../core/exports/merged-weights.ts'
import { writeShards } from '../core/exports/safetensors-shards.ts'
import { writeLargeModel } from './large-model.ts'
import { rounded, timed } from './measure.ts'

/** What the child process is started with instead of the whole bench. */
export const EXPORT_RUN = 'export-run'
const RANK = 16

interface ExportFigures {
  readonly bytes: number
  readonly seconds: number
  readonly megabytesPerSecond: number
  /** Of the processor, whatever else the machine does. */
  readonly cpuSeconds: number
  readonly peakMB: number
  /** Before anything was opened. */
  readonly startMB: number
  /** From the order to end until the writing has ended. */
  readonly cancelMs: number
}

/** Writes a merged model of 1.7 B (3.3 GB of float16), LoRA r 16 on all linear layers, in a process of its own. */
export async function measureExports(): Promise<ExportFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-export-'))
  try {
    await writeLargeModel(join(folder, 'base'))
    await writeRandomAdapter(join(folder, 'base'), join(folder, 'adapter'))
    const program = [fileURLToPath(import.meta.url), EXPORT_RUN, folder]
    const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the export failed: ${stderr.trim()}`)
    return JSON.parse(stdout) as ExportFigures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeRandomAdapter(baseFolder: string, folder: string): Promise<void> {
  const { architecture } = await openBaseModel(baseFolder)
  const numbers = (length: number) => Float32Array.from({ length }, (_, index) => ((index * 7919) % 1009) / 1009 - 0.5)
  const modules = architecture.linears.map(({ path, inSize, outSize }): [string, AdapterModule] => [
    path,
    { rank: RANK, inputSize: inSize, outputSize: outSize, a: numbers(RANK * inSize), b: numbers(outSize * RANK) },
  ])
  const config = { baseModel: null, rank: RANK, alpha: RANK, dropout: 0, targetModules: [], fanInFanOut: true }
  await mkdir(folder)
  await writeAdapter(folder, { config, modules: new Map(modules) })
}

/** The child's part: writes the model once, and once until it is told to end; prints its figures as JSON. */
export async function runExport(folder: string): Promise<void> {
  const startMB = peakMB()
  const adapter = await openAdapter(join(folder, 'adapter'))
  const base = await openBaseModel(join(folder, 'base'))
  let bytes = 0
  const write = async (name: string, signal: AbortSignal, wrote: (count: number) => void) => {
    await mkdir(join(folder, name))
    const { weights } = await mergedModel(base, adapter)
    await writeShards(join(folder, name), weights, { format: 'pt', signal, wrote })
  }
  const before = process.cpuUsage()
  const ms = await timed(() => write('whole', new AbortController().signal, (count) => (bytes += count)))
  const { user, system } = process.cpuUsage(before)
  await rm(join(folder, 'whole'), { recursive: true })
  const figures: ExportFigures = {
    bytes,
    seconds: rounded(ms / 1000),
    megabytesPerSecond: rounded(bytes / 1000 / ms),
    cpuSeconds: rounded((user + system) / 1e6),
    peakMB: rounded(peakMB(), 0),
    startMB: rounded(startMB, 0),
    cancelMs: rounded(await timeToEnd(write), 0),
  }
  console.log(JSON.stringify(figures))
}

type Write = (name: string, signal: AbortSignal, wrote: (count: number) => void) => Promise<void>
const CANCELLED_AFTER_BYTES = 1e9

async function timeToEnd(write: Write): Promise<number> {
  const controller = new AbortController()
  let done = 0
  let askedMs = 0
  const ending = write('part', controller.signal, (count) => {
    done += count
    if (done < CANCELLED_AFTER_BYTES || controller.signal.aborted) return
    askedMs = performance.now()
    controller.abort(new Error('enough'))
  })
  await ending.catch(() => undefined)
  return performance.now() - askedMs
}

const peakMB = (): number => (process.resourceUsage().maxRSS * 1024) / 1e6
