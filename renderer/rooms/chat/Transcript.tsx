import { Copy } from 'lucide-react'
import { memo, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { cx, IconButton, Spinner, toast } from '../../ui/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { isTrainedSource, textOf, type Answer, type GivenAnswer, type Turn } from './chat.selectors.ts'
import { useChat } from './chat.store.ts'
import { useSourceSections } from './useSources.ts'
import styles from './Transcript.module.css'

/** Nearer to the end than this, the transcript follows the answers. */
const FOLLOW_PX = 80

/** Each question, with the answers of the two columns below it. */
export function Transcript() {
  const { t } = useTranslation('chat')
  const turns = useChat((state) => state.turns)
  const frame = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  useEffect(() => {
    if (follows.current && frame.current) frame.current.scrollTop = frame.current.scrollHeight
  }, [turns])
  const scroll = () => {
    const { current } = frame
    if (current) follows.current = current.scrollHeight - current.scrollTop - current.clientHeight < FOLLOW_PX
  }
  return (
    <div
      ref={frame}
      className={styles.transcript}
      onScroll={scroll}
      role="log"
      aria-label={t('conversation')}
      tabIndex={0}
    >
      {turns.map((turn) => (
        <TurnView key={turn.id} turn={turn} />
      ))}
    </div>
  )
}

const TurnView = memo(function TurnView({ turn }: { readonly turn: Turn }) {
  return (
    <section className={styles.turn}>
      <p className={styles.question}>{turn.question}</p>
      <div className={styles.answers}>
        {turn.answers.map((given, column) => (
          <AnswerView key={column} given={given} />
        ))}
      </div>
    </section>
  )
})

const AnswerView = memo(function AnswerView({ given }: { readonly given: GivenAnswer }) {
  const { t } = useTranslation(['chat', 'common'])
  const language = useLanguage()
  const { answer } = given
  const text = textOf(answer)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast(t('common:copied'))
  }
  return (
    <div
      className={cx(styles.answer, isTrainedSource(given.source) && styles.trained)}
      data-source={given.source}
      data-state={answer.kind}
    >
      <SourceName source={given.source} />
      {answer.kind === 'waiting' ? (
        <p className={styles.text}>
          <Spinner size={15} label={t('waiting')} />
        </p>
      ) : (
        <p className={cx(styles.text, answer.kind === 'streaming' && styles.streaming)}>
          {text || (answer.kind === 'done' ? <span className={styles.quiet}>{t('noAnswer')}</span> : '')}
        </p>
      )}
      {answer.kind === 'failed' && (
        <p role="alert" className={styles.error}>
          {errorSentence(answer.error, language)}
        </p>
      )}
      <div className={styles.foot}>
        <Facts answer={answer} />
        {answer.kind === 'done' && text !== '' && (
          <IconButton
            icon={<Copy size={13} />}
            label={t('common:copy')}
            size="small"
            className={styles.copy as string}
            onPress={() => void copy()}
          />
        )}
      </div>
    </div>
  )
})

function SourceName({ source }: { readonly source: string }) {
  const sections = useSourceSections()
  const name = sections.flatMap(({ items }) => items).find(({ id }) => id === source)?.label
  return <p className={styles.source}>{name ?? source.slice(source.indexOf(':') + 1)}</p>
}

function Facts({ answer }: { readonly answer: Answer }) {
  const { t } = useTranslation('chat')
  const format = useFormat()
  if (answer.kind !== 'done') return null
  const { finish, tokenCount, tokensPerSecond, droppedTurns } = answer.answer
  const parts = [
    ...(tokenCount > 0
      ? [t('tokens', { count: tokenCount }), t('speed', { speed: format.number(Math.round(tokensPerSecond)) })]
      : []),
    ...(finish === 'stop' ? [] : [t(`finish.${finish}`)]),
    ...(droppedTurns > 0 ? [t('dropped', { count: droppedTurns })] : []),
  ]
  return <span className={styles.facts}>{parts.join(t('separator'))}</span>
}
