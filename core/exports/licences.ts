import { UserError, type AppError, type DatasetSource } from '../contract/index.ts'

/** Licences by their names on the Hub (as of December 2026) under which a changed model may be passed on as one likes. */
const FREE =
  /^(apache-2\.0|mit|mit-0|bsd(-[\w-]+)?|0bsd|isc|zlib|unlicense|wtfpl|cc0-1\.0|cc-by(-sa)?-\d\.\d|mpl-2\.0|afl-3\.0|ecl-2\.0|epl-\d\.\d|ms-pl|artistic-2\.0|postgresql|l?a?gpl(-[\w.-]+)?|odc-by|odbl|pddl|cdla-[\w.-]+)$/

/** What others ask of whoever publishes it; all that is not named here has terms of its own. */
const RULES: readonly (readonly [pattern: RegExp, code: 'no-derivatives' | 'non-commercial'])[] = [
  [/^cc-by(-nc)?-nd(-|$)/, 'no-derivatives'],
  [/(^|-)nc(-|$)|non-?commercial|research/, 'non-commercial'],
]

/**
 * What must be known before a model of such a base is published, and of data from such datasets; nothing where the
 * licences allow it as it is.
 */
export const licenceWarnings = (base: string, sources: readonly DatasetSource[]): readonly AppError[] =>
  [licenceWarning(base), ...sources.map(dataWarning)].filter((warning) => warning !== null)

function dataWarning({ hub, licence }: DatasetSource): AppError | null {
  const warning = licenceWarning(licence)
  if (!warning) return null
  const kind = warning.code.slice('licence/'.length) as 'unknown' | 'non-commercial' | 'no-derivatives' | 'terms'
  return { code: `licence/data-${kind}`, facts: { ...warning.facts, dataset: hub } }
}

/** Of a base model. */
export function licenceWarning(licence: string): AppError | null {
  const name = licence.trim().toLowerCase()
  if (name === '' || name === 'unknown') return new UserError('licence/unknown').error
  if (FREE.test(name)) return null
  const rule = RULES.find(([pattern]) => pattern.test(name))
  return new UserError(`licence/${rule?.[1] ?? 'terms'}`, { licence }).error
}
