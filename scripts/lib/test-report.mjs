// What `npm test` says at its end, from the reports that its stages have written.

/**
 * @typedef {{ name: string, seconds: number, state: 'passed' | 'failed' | 'skipped' | 'flaky', firstError?: string }}
 *   TestResult `flaky`: failed at first and passed at the second try.
 */

const seconds = (ms) => Math.max(0, ms ?? 0) / 1000
const colours = /\u001B\[[\d;]*m/g
const firstLine = (text) => (text ?? '').replaceAll(colours, '').split('\n')[0]

/** The tests of Vitest's JSON report. @returns {TestResult[]} */
export function unitTests({ testResults }, root) {
  return testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const place = file.startsWith(root) ? file.slice(root.length).replace(/^[\\/]/, '') : file
    // A file that cannot be loaded has no tests to say so.
    if (assertionResults.length === 0 && status === 'failed')
      return [{ name: place, seconds: 0, state: 'failed', firstError: firstLine(message) }]
    return assertionResults.map(({ fullName, duration, status: state, failureMessages = [] }) => {
      const [firstError] = failureMessages
      // Vitest keeps the failure of a first try.
      const isFlaky = state === 'passed' && firstError !== undefined
      return {
        name: `${place} › ${fullName}`,
        seconds: seconds(duration),
        state: isFlaky ? 'flaky' : state === 'passed' || state === 'failed' ? state : 'skipped',
        ...(isFlaky && { firstError: firstLine(firstError) }),
      }
    })
  })
}

const journeyStates = { expected: 'passed', unexpected: 'failed', flaky: 'flaky', skipped: 'skipped' }

/** The tests of Playwright's JSON report, all tries of one together. @returns {TestResult[]} */
export function journeyTests({ suites }) {
  const ofSuite = ({ specs = [], suites: inner = [] }) => [
    ...specs.flatMap(({ file, title, tests }) =>
      tests.map(({ projectName, status, results }) => {
        const error = results.find((result) => result.error)?.error?.message
        return {
          name: `[${projectName}] ${file} › ${title}`,
          seconds: results.reduce((sum, { duration }) => sum + seconds(duration), 0),
          state: journeyStates[status] ?? 'failed',
          ...(error !== undefined && { firstError: firstLine(error) }),
        }
      }),
    ),
    ...inner.flatMap(ofSuite),
  ]
  return suites.flatMap(ofSuite)
}

/** Each attack of a torture's report is a test. @returns {TestResult[]} */
export const attackTests = ({ attacks }) =>
  attacks.map(({ name, seconds: taken, findings }) => ({
    name: `torture › ${name}`,
    seconds: taken,
    state: findings.length > 0 ? 'failed' : 'passed',
  }))

/**
 * The lines at the end: the slowest tests, those that passed at the second try only, and how many there were. Attacks
 * last as long as they are told: they are not among the slowest.
 * @param {readonly TestResult[]} tests
 * @param {readonly TestResult[]} attacks
 */
export function summaryOf(tests, attacks, most = 10) {
  const slowest = [...tests].sort((a, b) => b.seconds - a.seconds).slice(0, most)
  const flaky = tests.filter(({ state }) => state === 'flaky')
  const all = [...tests, ...attacks]
  const count = (...states) => all.filter(({ state }) => states.includes(state)).length
  const [passed, failed, skipped] = [count('passed', 'flaky'), count('failed'), count('skipped')]
  return {
    failed,
    passed,
    lines: [
      ...(slowest.length > 0 ? [`The ${slowest.length} slowest tests:`] : []),
      ...slowest.map((test) => `${test.seconds.toFixed(1).padStart(7)} s  ${test.name}`),
      ...(flaky.length > 0 ? ['', `Passed at the second try (${flaky.length}):`] : []),
      ...flaky.flatMap(({ name, firstError }) => [`  ${name}`, `      at first: ${firstError ?? 'no error was told'}`]),
      '',
      [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])].join(', ') +
        (flaky.length > 0 ? ` (${flaky.length} at the second try)` : ''),
    ],
  }
}
