// `npm test`: everything, from a fresh clone: dependencies, browsers, format, lint, types, unit and golden tests, build,
// journeys in Chromium and in real Electron, two minutes of torture.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, has, root } from './lib/setup.mjs'
import { runStage, runTogether } from './lib/stages.mjs'
import { ensureElectron, ensureSystemPackages } from './lib/test-machine.mjs'
import { attackTests, journeyTests, summaryOf, unitTests } from './lib/test-report.mjs'

const start = performance.now()
ensureInstalled()
const machine = ensureSystemPackages()
const artifacts = join(root, 'artifacts')
rmSync(artifacts, { recursive: true, force: true })
mkdirSync(artifacts, { recursive: true })
const [unitReport, journeyReport, tortureReport] = ['unit.json', 'journeys.json', 'torture.json'].map((name) =>
  join(artifacts, name),
)

const stage = (name, script, args, env = {}) => ({
  name,
  command: process.execPath,
  args: [join(root, script), ...args],
  env,
})
const outcomes = []

// Each of these three uses one core.
outcomes.push(
  await runTogether([
    stage('types', 'node_modules/typescript/bin/tsc', ['-b']),
    stage('format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '.', '--log-level', 'warn']),
    stage('lint', 'node_modules/eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  ]),
)
// As with journeys, what fails is tried once more: the end names it.
const reporters = ['--retry=1', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`]
outcomes.push(await runStage(stage('unit and golden tests', 'node_modules/vitest/vitest.mjs', ['run', ...reporters])))
ensureBuilt()
const electron = machine.display ? ensureElectron() : null
if (machine.chromium) {
  const journeys = stage('journeys in Chromium and Electron', 'node_modules/@playwright/test/cli.js', ['test'], {
    CHROMIUM: machine.chromium,
    ELECTRON: electron ?? '',
    PLAYWRIGHT_JSON_OUTPUT_NAME: journeyReport,
  })
  // Electron needs a display; Xvfb gives it one.
  const hasDisplay = process.env.DISPLAY || !has('xvfb-run')
  outcomes.push(
    await runStage(
      hasDisplay ? journeys : { ...journeys, command: 'xvfb-run', args: ['-a', journeys.command, ...journeys.args] },
    ),
  )
}
// Not beside others: it judges memory and how long calls take.
outcomes.push(await runStage(stage('torture, 2 minutes', 'scripts/torture.mjs', ['2', '--seed', '1'])))

const report = (file, testsOf) => (existsSync(file) ? testsOf(JSON.parse(readFileSync(file, 'utf8'))) : [])
const { lines, passed, failed } = summaryOf(
  [...report(unitReport, (found) => unitTests(found, root)), ...report(journeyReport, journeyTests)],
  report(tortureReport, attackTests),
)
console.log(`\n${lines.join('\n')}\n${((performance.now() - start) / 60_000).toFixed(1)} minutes`)
process.exit(outcomes.includes(false) || failed > 0 || passed === 0 ? 1 : 0)
