// `npm run torture -- [minutes] [--only kills,frames] [--seed NUMBER]`: attacks studios of this computer's own, for so
// long, and says what does not hold.
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { attacks } from './attacks/index.ts'
import { Report, type Attack } from './harness/attack.ts'
import { killEverything, takeBugs } from './harness/host.ts'
import { rounded } from './harness/measure.ts'
import { root } from './harness/places.ts'
import { createRandom } from './harness/random.ts'
import { printTable } from './harness/table.ts'

/** From so many minutes on an attack may take what it needs to reach its figures. */
const LONG_MINUTES = 20
/** From so many minutes on, the time that attacks reserve is kept free for them. */
const RESERVING_MINUTES = 75

const args = process.argv.slice(2)
const valueOf = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
const minutes = Math.min(
  600,
  Math.max(
    0.5,
    Number(args.find((argument, index) => !argument.startsWith('--') && !args[index - 1]?.startsWith('--')) ?? 2),
  ),
)
const seed = Number(valueOf('--seed') ?? Math.floor(Math.random() * 2 ** 31))
const only = valueOf('--only')?.split(',')
const chosen = attacks.filter(({ name }) => !only || only.includes(name))

if (!Number.isFinite(minutes) || !Number.isInteger(seed) || chosen.length === 0) {
  console.error(`npm run torture -- [minutes] [--only ${attacks.map(({ name }) => name).join(',')}] [--seed NUMBER]`)
  process.exit(2)
}

const scratch = mkdtempSync(join(tmpdir(), 'terakoya-torture-'))
const cleanUp = () => {
  killEverything()
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
}
process.on('exit', cleanUp)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))

console.log(`torture: ${minutes} minutes, seed ${seed}, ${chosen.map(({ name }) => name).join(', ')}`)
const reports: { readonly name: string; readonly seconds: number; readonly report: Report }[] = []
const endMs = performance.now() + minutes * 60_000
for (const [index, attack] of chosen.entries()) reports.push(await runAttack(attack, chosen.slice(index)))

printTable(reports)
await mkdir(join(root, 'artifacts'), { recursive: true })
const results = reports.map(({ name, seconds, report }) => ({
  name,
  seconds,
  count: report.count,
  figures: report.figures,
  findings: report.findings,
}))
const machine = {
  cpu: cpus()[0]?.model.trim() ?? '',
  cores: cpus().length,
  memoryGB: rounded(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
}
await writeFile(
  join(root, 'artifacts', 'torture.json'),
  `${JSON.stringify({ date: new Date().toISOString(), minutes, seed, machine, attacks: results }, null, 2)}\n`,
)
process.exit(reports.some(({ report }) => report.findings.length > 0) ? 1 : 0)

/** The attack's part of the time that is left, after what others have reserved of it, and within its own bounds. */
function shareOf(attack: Attack, left: readonly Attack[], leftMs: number): number {
  const reservedMs = ({ reservedSeconds = 0 }: Attack) => (minutes >= RESERVING_MINUTES ? reservedSeconds * 1000 : 0)
  const others = left.filter((other) => other === attack || reservedMs(other) === 0)
  const whole = others.reduce((sum, { share }) => sum + share, 0)
  const freeMs = leftMs - left.reduce((sum, other) => sum + (other === attack ? 0 : reservedMs(other)), 0)
  const least = Math.max((attack.leastSeconds ?? 10) * 1000, reservedMs(attack))
  return Math.max(least, Math.min((attack.mostSeconds ?? Infinity) * 1000, (freeMs * attack.share) / whole))
}

/** Runs the attack for its share of the time that is left. */
async function runAttack(
  attack: Attack,
  left: readonly Attack[],
): Promise<{ name: string; seconds: number; report: Report }> {
  const startMs = performance.now()
  const shareMs = shareOf(attack, left, endMs - startMs)
  const report = new Report()
  console.log(`\n${attack.name}: ${Math.round(shareMs / 1000)} s`)
  const context = {
    random: createRandom(seed, attack.name),
    deadlineMs: startMs + shareMs,
    isLong: minutes >= LONG_MINUTES,
    report,
    folder: () => mkdtemp(join(scratch, `${attack.name}-`)),
  }
  try {
    await attack.run(context)
  } catch (error) {
    report.find('the attack broke off', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  for (const bug of takeBugs())
    report.find(`nobody caught: ${bug.split('\n')[0]?.replaceAll(/\d+|'[^']*'/g, '…')}`, bug)
  const seconds = rounded((performance.now() - startMs) / 1000)
  for (const { what, count, example } of report.findings) console.log(`  ${count} × ${what}\n      ${example}`)
  console.log(`  ${report.count} in ${seconds} s, ${report.findings.length} findings`)
  return { name: attack.name, seconds, report }
}
