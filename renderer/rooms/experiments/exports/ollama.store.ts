import { create } from 'zustand'
import {
  OllamaName,
  wholeOllamaName,
  type AppError,
  type ExportFormId,
  type OllamaState,
} from '../../../../core/contract/index.ts'
import * as api from './exports.api.ts'

interface Ollama {
  /** As it answered last; null where nobody does. */
  readonly found: OllamaState | null
  /** Asked for with the next export. */
  readonly isWanted: boolean
  readonly name: string
  /** The user has said that a model of this name may go. */
  readonly replace: boolean
  readonly error: AppError | null
}

/** Ollama beside the dialog of an export. Session scope. */
export const useOllama = create<Ollama>()(() => ({
  found: null,
  isWanted: true,
  name: '',
  replace: false,
  error: null,
}))

const FALLBACK = 'terakoya'

/** A name that Ollama takes and does not have yet, after the run's. */
export function suggestedName(run: string, taken: readonly string[]): string {
  const plain = run
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60)
  const name = /[a-z]/.test(plain) ? plain : FALLBACK
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name}-${count}`
    if (!taken.includes(wholeOllamaName(free))) return free
  }
}

/** Looks for Ollama, and suggests a name for what becomes of the run. */
export async function askOllama(run: string): Promise<void> {
  useOllama.setState({ name: suggestedName(run, useOllama.getState().found?.names ?? []), replace: false, error: null })
  const before = useOllama.getState().name
  const result = await api.findOllama()
  if (!result.ok) return useOllama.setState({ found: null })
  const { name } = useOllama.getState()
  const isUntouched = name === before
  useOllama.setState({
    found: result.value,
    ...(isUntouched && { name: suggestedName(run, result.value?.names ?? []) }),
  })
}

export const nameForOllama = (name: string): void => useOllama.setState({ name, replace: false, error: null })
export const wantOllama = (isWanted: boolean): void => useOllama.setState({ isWanted })
export const replaceInOllama = (replace: boolean): void => useOllama.setState({ replace })

export type NameProblem = 'invalid' | 'taken' | null

/** What keeps a model from being made under the name. */
export function problemOfName({ found, name, replace }: Ollama): NameProblem {
  if (!OllamaName.safeParse(name.trim()).success) return 'invalid'
  return found?.names.includes(wholeOllamaName(name.trim())) && !replace ? 'taken' : null
}

const canTake = ({ found }: Ollama): boolean => found !== null && !found.problem

/** False while the form would go to Ollama under a name that cannot be. */
export const useIsOllamaReady = (form: ExportFormId | undefined): boolean =>
  useOllama((state) => !(form === 'ollama' && canTake(state) && state.isWanted) || problemOfName(state) === null)

/** What an export in this form asks of Ollama. */
export function registrationOf(form: ExportFormId): { readonly ollama?: api.Registration } {
  const state = useOllama.getState()
  if (form !== 'ollama' || !state.isWanted || !canTake(state)) return {}
  return { ollama: { name: state.name.trim(), replace: state.replace } }
}

/** Has Ollama make a model of what a job has written. */
export async function register(jobId: string): Promise<void> {
  const { name, replace } = useOllama.getState()
  const result = await api.register(jobId, { name: name.trim(), replace })
  useOllama.setState({ error: result.ok ? null : result.error })
}
