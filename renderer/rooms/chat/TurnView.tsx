import { ChevronLeft, ChevronRight, Copy, Pencil } from 'lucide-react'
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { MAX_QUESTION_CHARACTERS, textOfAnswer, type ConversationTurn } from '../../../core/contract/index.ts'
import { Button, IconButton, TextArea } from '../../ui/index.ts'
import { AnswerView } from './AnswerView.tsx'
import { branchOf, isSendKey } from './chat.selectors.ts'
import { askBeside, conversationOf, isAnswering, showBranch, useChat } from './chat.store.ts'
import { copyText } from './copyText.ts'
import styles from './Transcript.module.css'

/** A question and its answers side by side. */
export const TurnView = memo(function TurnView({
  turn,
  isLast,
}: {
  readonly turn: ConversationTurn
  readonly isLast: boolean
}) {
  const [editing, setEditing] = useState(false)
  const { answers } = turn
  return (
    <section className={styles.turn}>
      {editing ? (
        <Editor turn={turn} onClose={() => setEditing(false)} />
      ) : (
        <Question turn={turn} onEdit={() => setEditing(true)} />
      )}
      <div className={styles.answers} style={{ gridTemplateColumns: `repeat(${answers.length}, minmax(0, 1fr))` }}>
        {answers.map((answer, column) => (
          <AnswerView
            key={column}
            turn={turn.id}
            question={turn.question}
            column={column}
            answer={answer}
            beside={besideOf(turn, column)}
            isLast={isLast}
          />
        ))}
      </div>
    </section>
  )
})

/** What an answer is compared with: the first column's, and that with the second's; null where it stands alone. */
function besideOf({ answers }: ConversationTurn, column: number): string | null {
  const other = answers[column === 0 ? 1 : 0]
  return other?.state.kind === 'done' ? textOfAnswer(other.state) : null
}

function Question({ turn, onEdit }: { readonly turn: ConversationTurn; readonly onEdit: () => void }) {
  const { t } = useTranslation('chat')
  const busy = useChat(isAnswering)
  return (
    <div className={styles.asked}>
      <p className={styles.question}>{turn.question}</p>
      <div className={styles.acts}>
        <IconButton
          icon={<Copy size={13} />}
          label={t('turn.copyQuestion')}
          size="small"
          onPress={() => void copyText(turn.question)}
        />
        <IconButton
          icon={<Pencil size={13} />}
          label={t('turn.edit')}
          size="small"
          isDisabled={busy}
          onPress={onEdit}
        />
        <Branches turn={turn} />
      </div>
    </div>
  )
}

function Branches({ turn }: { readonly turn: ConversationTurn }) {
  const { t } = useTranslation('chat')
  const conversation = useChat(conversationOf)
  const busy = useChat(isAnswering)
  if (!conversation) return null
  const { number, count, before, after } = branchOf(conversation, turn)
  if (count < 2) return null
  return (
    <span className={styles.branches}>
      <IconButton
        icon={<ChevronLeft size={14} />}
        label={t('turn.before')}
        size="small"
        isDisabled={busy || before === null}
        onPress={() => before && void showBranch(before)}
      />
      <span aria-label={t('turn.branch', { number, count })}>{`${number} / ${count}`}</span>
      <IconButton
        icon={<ChevronRight size={14} />}
        label={t('turn.after')}
        size="small"
        isDisabled={busy || after === null}
        onPress={() => after && void showBranch(after)}
      />
    </span>
  )
}

function Editor({ turn, onClose }: { readonly turn: ConversationTurn; readonly onClose: () => void }) {
  const { t } = useTranslation(['chat', 'common'])
  const [text, setText] = useState(turn.question)
  const sendKey = useChat((state) => state.sendKey)
  const isEmpty = text.trim() === ''
  const submit = () => {
    if (isEmpty) return
    onClose()
    void askBeside(turn.id, text)
  }
  return (
    <div className={styles.editor}>
      <TextArea
        label={t('turn.edit')}
        labelHidden
        value={text}
        onChange={setText}
        rows={Math.min(12, text.split('\n').length + 1)}
        maxLength={MAX_QUESTION_CHARACTERS}
        autoFocus
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
          if (!isSendKey({ ...keysOf(event), isComposing: event.nativeEvent.isComposing }, sendKey)) return
          event.preventDefault()
          submit()
        }}
      />
      <div className={styles.editorActs}>
        <Button size="small" onPress={onClose}>
          {t('common:cancel')}
        </Button>
        <Button size="small" variant="primary" isDisabled={isEmpty} onPress={submit}>
          {t('turn.editSend')}
        </Button>
      </div>
    </div>
  )
}

const keysOf = ({ key, shiftKey, ctrlKey, metaKey, keyCode }: React.KeyboardEvent) => ({
  key,
  shiftKey,
  ctrlKey,
  metaKey,
  keyCode,
})
