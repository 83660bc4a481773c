import { expect, it } from 'vitest'
import type { HubDatasetId } from '../contract/index.ts'
import { licenceWarning, licenceWarnings } from './licences.ts'

const codeOf = (licence: string): string | null => licenceWarning(licence)?.code ?? null

it.each(['apache-2.0', 'mit', 'bsd-3-clause', 'cc-by-4.0', 'cc-by-sa-4.0', 'cc0-1.0', 'gpl-3.0', 'MIT'])(
  'lets %s go',
  (licence) => {
    expect(codeOf(licence)).toBeNull()
  },
)

it.each([
  ['', 'licence/unknown'],
  [' ', 'licence/unknown'],
  ['unknown', 'licence/unknown'],
  ['cc-by-nc-4.0', 'licence/non-commercial'],
  ['CC-BY-NC-SA-4.0', 'licence/non-commercial'],
  ['cc-by-nd-4.0', 'licence/no-derivatives'],
  ['cc-by-nc-nd-4.0', 'licence/no-derivatives'],
  ['gemma', 'licence/terms'],
  ['llama3.1', 'licence/terms'],
  ['other', 'licence/terms'],
  ['mpl-2.0-and-others', 'licence/terms'],
  ['research-only', 'licence/non-commercial'],
  ['constructor', 'licence/terms'],
  ['bigscience-openrail-m', 'licence/terms'],
  ['creativeml-openrail-m', 'licence/terms'],
])('tells of %s before it is published', (licence, code) => {
  expect(codeOf(licence)).toBe(code)
})

it('names the licence as it was written', () => {
  expect(licenceWarning('CC-BY-NC-4.0')?.facts).toEqual({ licence: 'CC-BY-NC-4.0' })
})

it('tells of the data too, each by its name', () => {
  const data = (hub: string, licence: string) => ({ hub: hub as HubDatasetId, licence })
  const sources = [data('a/free', 'mit'), data('b/nc', 'cc-by-nc-4.0'), data('c/silent', ''), data('d/own', 'other')]
  expect(licenceWarnings('apache-2.0', sources)).toEqual([
    { code: 'licence/data-non-commercial', facts: { licence: 'cc-by-nc-4.0', dataset: 'b/nc' } },
    { code: 'licence/data-unknown', facts: { dataset: 'c/silent' } },
    { code: 'licence/data-terms', facts: { licence: 'other', dataset: 'd/own' } },
  ])
  expect(licenceWarnings('', []).map(({ code }) => code)).toEqual(['licence/unknown'])
})
