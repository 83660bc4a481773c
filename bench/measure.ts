import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The project's folder: the bench runs from .cache/bench. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The middle value; the upper one of two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** A tenth of the values are smaller: what a busy machine disturbs least. */
export function fastestTenth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 10)] ?? Number.NaN
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The median of so many runs in milliseconds, after one that does not count. */
export async function medianOf(runs: number, work: (run: number) => Promise<unknown> | unknown): Promise<number> {
  await work(-1)
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await timed(() => work(run)))
  return median(times)
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))

/** What the figures were measured on. */
export const machine = () => ({
  cpu: cpus()[0]?.model.trim() ?? '',
  cores: cpus().length,
  memoryGB: rounded(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  date: new Date().toISOString(),
})

const MIB_PER_GB = 1e9 / 2 ** 20

/** What nvidia-smi says that the first card holds, in GB. */
export const cardGB = (): number =>
  Number(
    execFileSync('nvidia-smi', ['--query-gpu=memory.used', '--format=csv,noheader,nounits'], {
      encoding: 'utf8',
    }).split('\n')[0],
  ) / MIB_PER_GB
