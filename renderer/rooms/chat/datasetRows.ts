import i18next from 'i18next'
import { textOfAnswer, type Conversation, type DatasetId } from '../../../core/contract/index.ts'
import { toastError } from '../../errors/index.ts'
import { goTo } from '../../session/index.ts'
import { toast } from '../../ui/index.ts'
import * as api from './chat.api.ts'
import { pathOf } from './chat.selectors.ts'

/** One answer of the branch in view: what was asked and said, by whom, and whether it was liked. */
export const rowsOf = (conversation: Conversation): string[][] =>
  pathOf(conversation).flatMap(({ question, answers }) =>
    answers
      .filter(({ state }) => textOfAnswer(state) !== '')
      .map(({ by, state, vote }) => [question, textOfAnswer(state), by.name, vote ?? '']),
  )

/** Makes a dataset of the branch in view, a row for each answer, and offers to open it. */
export async function toDataset(conversation: Conversation): Promise<void> {
  const rows = rowsOf(conversation)
  const made = await api.createDataset(conversation.name)
  if (!made.ok) return toastError(made.error)
  const { id, name, columns, rowCount } = made.value
  const filled = await api.editDataset(id, [
    { kind: 'insertColumns', at: columns.length, names: ['model', 'vote'] },
    ...(rows.length > 0 ? [{ kind: 'insertRows' as const, at: 0, rows }] : []),
    // The one that an empty dataset begins with.
    ...(rows.length > 0 ? [{ kind: 'deleteRows' as const, from: rows.length, to: rows.length + rowCount }] : []),
  ])
  if (!filled.ok) return toastError(filled.error)
  toast(i18next.t('chat:exported.made', { name }), {
    label: i18next.t('chat:exported.open'),
    run: () => goTo('datasets', id satisfies DatasetId),
  })
}
