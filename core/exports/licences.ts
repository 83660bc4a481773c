import { UserError, type AppError } from '../contract/index.ts'

/** What licences ask of whoever publishes a changed model, by their names on the Hub (as of December 2026). */
const RULES: readonly (readonly [pattern: RegExp, code: 'no-derivatives' | 'non-commercial' | 'terms'])[] = [
  [/^cc-by(-nc)?-nd(-|$)/, 'no-derivatives'],
  [/(^|-)nc(-|$)|non-?commercial|research-only|^openrail-nc/, 'non-commercial'],
  [/^(gemma|llama|deepseek|falcon|tongyi|qwen|health-ai|lfm|nvidia|apple|plamo|fair|swallow|other$)/, 'terms'],
  [/rail|community|open-model-license/, 'terms'],
]

/** What must be known before a model of such a base is published; null where its licence allows it as it is. */
export function licenceWarning(licence: string): AppError | null {
  const name = licence.trim().toLowerCase()
  if (name === '' || name === 'unknown') return new UserError('licence/unknown').error
  const rule = RULES.find(([pattern]) => pattern.test(name))
  return rule ? new UserError(`licence/${rule[1]}`, { licence }).error : null
}
