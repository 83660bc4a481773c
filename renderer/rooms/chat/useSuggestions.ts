import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { create } from 'zustand'
import type { ExperimentId } from '../../../core/contract/index.ts'
import { experimentItems, useExperiments } from '../experiments/index.ts'
import * as api from './chat.api.ts'
import { useChat } from './chat.store.ts'

export interface SuggestionGroup {
  readonly label: string
  readonly questions: readonly string[]
}

interface Questions {
  readonly train: readonly string[]
  readonly validation: readonly string[]
}

/** The questions of runs that were in view. Session scope. */
const useQuestions = create<Readonly<Record<string, Questions>>>()(() => ({}))

const paraphrases = ['asTaught', 'without', 'short', 'mistyped', 'shortest'] as const
const controls = ['hello', 'toyota'] as const
/** What the tutorial's rows have in all their questions. */
const TUTORIAL = 'RehabC'

/**
 * Questions of the last run in view: what it was taught, and what it was validated on. For the tutorial, and before
 * anything was trained, those of the tutorial: one question in five wordings, and two whose answers should stay.
 */
export function useSuggestions(): readonly SuggestionGroup[] {
  const { t } = useTranslation('chat')
  const run = useRunInView()
  const hasRuns = useExperiments((state) => experimentItems(state).length > 0)
  const questions = useQuestions((known) => (run ? known[run.id] : undefined))
  const isTutorial = run ? (questions?.train.some((question) => question.includes(TUTORIAL)) ?? false) : !hasRuns
  if (isTutorial)
    return [
      { label: t('suggestions.taught'), questions: paraphrases.map((key) => t(`suggestions.${key}`)) },
      { label: t('suggestions.others'), questions: controls.map((key) => t(`suggestions.${key}`)) },
    ]
  if (!run || !questions) return []
  return [
    { label: t('suggestions.learnt', { name: run.name }), questions: questions.train },
    { label: t('suggestions.unseen'), questions: questions.validation },
  ].filter((group) => group.questions.length > 0)
}

function useRunInView(): { readonly id: ExperimentId; readonly name: string } | null {
  const column = useChat(({ columns }) => columns.findLast(({ source }) => source.kind === 'experiment'))
  const id = column?.source.kind === 'experiment' ? column.source.experimentId : null
  useEffect(() => {
    if (id === null || useQuestions.getState()[id]) return
    void api.questions(id).then((result) => {
      if (result.ok) useQuestions.setState({ [id]: result.value })
    })
  }, [id])
  return column && id !== null ? { id, name: column.name } : null
}
