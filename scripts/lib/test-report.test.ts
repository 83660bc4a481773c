import { expect, it } from 'vitest'
import { attackTests, journeyTests, summaryOf, unitTests } from './test-report.mjs'

const unit = {
  testResults: [
    {
      name: '/work/core/a.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        { fullName: 'a adds', status: 'passed', duration: 1500 },
        { fullName: 'a subtracts', status: 'failed', duration: 20 },
        { fullName: 'a waits', status: 'pending' },
      ],
    },
    { name: '/work/core/b.test.ts', status: 'failed', message: 'Cannot find c\nat b', assertionResults: [] },
  ],
}
const journey = {
  suites: [
    {
      specs: [
        {
          file: 'grid.spec.ts',
          title: 'pastes',
          tests: [
            {
              projectName: 'web',
              status: 'flaky',
              results: [
                { duration: 2000, error: { message: '\u001B[31mTimeout\u001B[39m 30000ms exceeded\n  at x' } },
                { duration: 1000 },
              ],
            },
            { projectName: 'web-en', status: 'expected', results: [{ duration: 500 }] },
          ],
        },
      ],
      suites: [
        {
          specs: [
            {
              file: 'grid.spec.ts',
              title: 'inner',
              tests: [{ projectName: 'electron', status: 'unexpected', results: [{ duration: 10, error: {} }] }],
            },
          ],
        },
      ],
    },
  ],
}
const torture = {
  attacks: [
    { name: 'kills', seconds: 30, findings: [] },
    { name: 'disk', seconds: 9, findings: [{}] },
  ],
}

it('reads the tests of Vitest, and files that could not be loaded', () => {
  expect(unitTests(unit, '/work')).toEqual([
    { name: 'core/a.test.ts › a adds', seconds: 1.5, state: 'passed' },
    { name: 'core/a.test.ts › a subtracts', seconds: 0.02, state: 'failed' },
    { name: 'core/a.test.ts › a waits', seconds: 0, state: 'skipped' },
    { name: 'core/b.test.ts', seconds: 0, state: 'failed', firstError: 'Cannot find c' },
  ])
})

it('tells of a unit test that passed at the second try, with its first error', () => {
  const again = { fullName: 'a retries', status: 'passed', duration: 10, failureMessages: ['Error: late\n at x'] }
  const testResults = [{ name: '/work/core/a.test.ts', status: 'passed', message: '', assertionResults: [again] }]
  expect(unitTests({ testResults }, '/work')).toEqual([
    { name: 'core/a.test.ts › a retries', seconds: 0.01, state: 'flaky', firstError: 'Error: late' },
  ])
})

it('reads the tests of Playwright with all their tries, in suites within suites', () => {
  expect(journeyTests(journey)).toEqual([
    { name: '[web] grid.spec.ts › pastes', seconds: 3, state: 'flaky', firstError: 'Timeout 30000ms exceeded' },
    { name: '[web-en] grid.spec.ts › pastes', seconds: 0.5, state: 'passed' },
    { name: '[electron] grid.spec.ts › inner', seconds: 0.01, state: 'failed' },
  ])
})

it('names the slowest and those that passed at the second try, and counts each once', () => {
  const { lines, passed, failed } = summaryOf(
    [...unitTests(unit, '/work'), ...journeyTests(journey)],
    attackTests(torture),
    2,
  )
  expect(lines).toEqual([
    'The 2 slowest tests:',
    '    3.0 s  [web] grid.spec.ts › pastes',
    '    1.5 s  core/a.test.ts › a adds',
    '',
    'Passed at the second try (1):',
    '  [web] grid.spec.ts › pastes',
    '      at first: Timeout 30000ms exceeded',
    '',
    '4 passed, 4 failed, 1 skipped (1 at the second try)',
  ])
  expect([passed, failed]).toEqual([4, 4])
})

it('says that nothing ran', () => {
  expect(summaryOf([], [])).toEqual({ lines: ['', '0 passed, 0 failed'], passed: 0, failed: 0 })
})
