// `npm test`: everything, from a fresh clone: dependencies, browsers, format, lint, types, unit and golden tests, build,
// journeys in Chromium and in real Electron, two minutes of torture.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, has, root } from './lib/setup.mjs'
import { ensureElectron, ensureSystemPackages } from './lib/test-machine.mjs'

const artifacts = join(root, 'artifacts')
const totals = { passed: 0, failed: 0, skipped: 0 }
let broken = false

ensureInstalled()
const machine = ensureSystemPackages()
rmSync(artifacts, { recursive: true, force: true })
mkdirSync(artifacts, { recursive: true })

const node = (script, ...args) => [process.execPath, [join(root, 'node_modules', script), ...args]]

stage('format', node('prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn'))
stage('lint', node('eslint/bin/eslint.js', '.', '--max-warnings', '0'))
stage('types', node('typescript/bin/tsc', '-b'))
const unitReport = join(artifacts, 'unit.json')
stage(
  'unit and golden tests',
  node('vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`),
  { env: machine.webgpu },
)
countUnit(unitReport)
ensureBuilt()
const journeyReport = join(artifacts, 'journeys.json')
const electron = machine.display ? ensureElectron() : null
if (machine.chromium) {
  const playwright = node('@playwright/test/cli.js', 'test')
  // Electron needs a display; Xvfb gives it one.
  const command =
    process.env.DISPLAY || !has('xvfb-run') ? playwright : ['xvfb-run', ['-a', playwright[0], ...playwright[1]]]
  stage('journeys in Chromium and Electron', command, {
    env: { CHROMIUM: machine.chromium, ELECTRON: electron ?? '', PLAYWRIGHT_JSON_OUTPUT_NAME: journeyReport },
  })
  countJourneys(journeyReport)
}

stage('torture, 2 minutes', [process.execPath, [join(root, 'scripts', 'torture.mjs'), '2', '--seed', '1']])
countTorture(join(artifacts, 'torture.json'))

console.log(
  `\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
)
process.exit(broken || totals.failed > 0 || totals.passed === 0 ? 1 : 0)

/** Runs a stage with its output shown; a failure does not keep the later stages from running. */
function stage(name, [command, args], { env = {} } = {}) {
  console.log(`\n== ${name}`)
  const start = performance.now()
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  console.log(`== ${name}: ${status === 0 ? 'ok' : 'FAILED'}, ${((performance.now() - start) / 1000).toFixed(0)} s`)
  if (status !== 0) broken = true
}

function countUnit(file) {
  if (!existsSync(file)) return
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(file, 'utf8'))
  add(numPassedTests, numFailedTests, numPendingTests)
}

function countJourneys(file) {
  if (!existsSync(file)) return
  const { stats } = JSON.parse(readFileSync(file, 'utf8'))
  add(stats.expected + stats.flaky, stats.unexpected, stats.skipped)
}

/** Each attack is a test. */
function countTorture(file) {
  if (!existsSync(file)) return
  const { attacks } = JSON.parse(readFileSync(file, 'utf8'))
  const failed = attacks.filter(({ findings }) => findings.length > 0).length
  add(attacks.length - failed, failed, 0)
}

function add(passed, failed, skipped) {
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
}
