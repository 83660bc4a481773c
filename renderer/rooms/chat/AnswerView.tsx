import { Copy, RefreshCw, StepForward, ThumbsDown, ThumbsUp } from 'lucide-react'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { textOfAnswer, type ConversationAnswer, type TurnId, type Vote } from '../../../core/contract/index.ts'
import { cx, IconButton, Spinner } from '../../ui/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { Markdown } from '../../markdown/index.ts'
import { canGoOn, isTrained, sourceKey, stateOf } from './chat.selectors.ts'
import { askAgain, goOn, isAnswering, useChat, vote } from './chat.store.ts'
import { copyText } from './copyText.ts'
import { differences } from './differences.ts'
import { useAnswerName } from './useSources.ts'
import styles from './Transcript.module.css'

interface AnswerProps {
  readonly turn: TurnId
  readonly question: string
  readonly column: number
  readonly answer: ConversationAnswer
  /** The text that it is compared with; null where there is none. */
  readonly beside: string | null
  readonly isLast: boolean
}

/** One column's answer: who gave it, what it says, and what can be done about it. */
export const AnswerView = memo(function AnswerView(props: AnswerProps) {
  const { answer, beside } = props
  const language = useLanguage()
  const { state, by } = answer
  return (
    <div
      className={cx(styles.answer, isTrained(by.source) && styles.trained)}
      data-source={sourceKey(by.source)}
      data-adapter={by.source.kind === 'experiment' ? (by.source.adapter ?? 'on') : undefined}
      data-state={stateOf(answer)}
    >
      <SourceName answer={answer} />
      <Text answer={answer} beside={beside} />
      {state.kind === 'failed' && (
        <p role="alert" className={styles.error}>
          {errorSentence(state.error, language)}
        </p>
      )}
      <div className={styles.foot}>
        <Facts answer={answer} />
        {state.kind !== 'pending' && <Acts {...props} />}
      </div>
    </div>
  )
})

function SourceName({ answer }: { readonly answer: ConversationAnswer }) {
  return <p className={styles.source}>{useAnswerName()(answer.by)}</p>
}

/** Markdown as it is; where a comparison is wanted, the plain text with the words marked that differ. */
function Text({ answer, beside }: Pick<AnswerProps, 'answer' | 'beside'>) {
  const { t } = useTranslation('chat')
  const marks = useChat((state) => state.marksDifferences)
  const { state } = answer
  const text = textOfAnswer(state)
  const isCompared = marks && beside !== null && state.kind === 'done' && !isRich(text)
  const pieces = useMemo(() => (isCompared ? differences(text, beside) : []), [isCompared, text, beside])
  if (stateOf(answer) === 'waiting')
    return (
      <div className={styles.text}>
        <Spinner size={15} label={t('waiting')} />
      </div>
    )
  if (text === '')
    return state.kind === 'done' ? <p className={cx(styles.text, styles.quiet)}>{t('noAnswer')}</p> : null
  if (isCompared)
    return (
      <p className={cx(styles.text, styles.plain)} data-text>
        {pieces.map((piece, index) => (piece.differs ? <mark key={index}>{piece.text}</mark> : piece.text))}
      </p>
    )
  return (
    <div className={cx(styles.text, state.kind === 'pending' && styles.streaming)} data-text>
      <Markdown text={text} as="message" />
    </div>
  )
}

/** Code and tables are shown as such, without marks. */
const isRich = (text: string): boolean => /^```|^\s*\|.*\|\s*$/m.test(text)

function Facts({ answer }: { readonly answer: ConversationAnswer }) {
  const { t } = useTranslation('chat')
  const format = useFormat()
  if (answer.state.kind !== 'done') return null
  const { finish, tokenCount, tokensPerSecond, droppedTurns, firstTextMs } = answer.state.answer
  const parts = [
    ...(tokenCount > 0
      ? [t('tokens', { count: tokenCount }), t('speed', { speed: format.number(Math.round(tokensPerSecond)) })]
      : []),
    ...(firstTextMs === null
      ? []
      : [t('firstText', { seconds: format.number(Number((firstTextMs / 1000).toFixed(2))) })]),
    ...(finish === 'stop' ? [] : [t(`finish.${finish}`)]),
    ...(droppedTurns > 0 ? [t('dropped', { count: droppedTurns })] : []),
  ]
  return <span className={styles.facts}>{parts.join(t('separator'))}</span>
}

function Acts({ turn, column, answer, isLast }: AnswerProps) {
  const { t } = useTranslation('chat')
  const busy = useChat(isAnswering)
  const text = textOfAnswer(answer.state)
  return (
    <div className={styles.acts}>
      {isLast && canGoOn(answer) && (
        <IconButton
          icon={<StepForward size={13} />}
          label={t('turn.goOn')}
          size="small"
          isDisabled={busy}
          onPress={() => void goOn(turn, column)}
        />
      )}
      {column === 0 && (
        <IconButton
          icon={<RefreshCw size={13} />}
          label={t('turn.again')}
          size="small"
          isDisabled={busy}
          onPress={() => void askAgain(turn)}
        />
      )}
      {text !== '' && (
        <>
          <IconButton
            icon={<Copy size={13} />}
            label={t('turn.copy')}
            size="small"
            onPress={() => void copyText(text)}
          />
          <VoteButton turn={turn} column={column} answer={answer} given="up" />
          <VoteButton turn={turn} column={column} answer={answer} given="down" />
        </>
      )}
    </div>
  )
}

function VoteButton({
  turn,
  column,
  answer,
  given,
}: Pick<AnswerProps, 'turn' | 'column' | 'answer'> & { readonly given: Vote }) {
  const { t } = useTranslation('chat')
  const isGiven = answer.vote === given
  const Icon = given === 'up' ? ThumbsUp : ThumbsDown
  return (
    <IconButton
      icon={<Icon size={13} fill={isGiven ? 'currentColor' : 'none'} />}
      label={t(`turn.${given}`)}
      size="small"
      aria-pressed={isGiven}
      className={cx(isGiven && styles.given)}
      onPress={() => void vote(turn, column, isGiven ? null : given)}
    />
  )
}
