import { ArrowUp, ChevronRight, Square } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton, Disclosure, DisclosurePanel, TextArea, TextField } from 'react-aria-components'
import { MAX_QUESTION_CHARACTERS } from '../../../core/contract/index.ts'
import { Button, cx, IconButton } from '../../ui/index.ts'
import { errorSentence, useLanguage } from '../../language/index.ts'
import { isSendKey, pathOf } from './chat.selectors.ts'
import { conversationOf, isAnswering, send, stopAnswers, useChat } from './chat.store.ts'
import { Suggestions } from './Suggestions.tsx'
import { useNameOf } from './useSources.ts'
import { useSuggestions } from './useSuggestions.ts'
import styles from './Composer.module.css'

const MAX_HEIGHT_PX = 200

/** The text area: it takes the focus in each conversation and after each turn, and is as high as its draft. */
function useBox(draft: string): RefObject<HTMLTextAreaElement | null> {
  const box = useRef<HTMLTextAreaElement>(null)
  const current = useChat((state) => conversationOf(state)?.current ?? null)
  useEffect(() => void box.current?.focus(), [current])
  useEffect(() => {
    if (!box.current) return
    box.current.style.height = 'auto'
    box.current.style.height = `${Math.min(MAX_HEIGHT_PX, box.current.scrollHeight)}px`
  }, [draft])
  return box
}

/** The question box. What was typed stays until a question was taken. */
export function Composer() {
  const { t } = useTranslation('chat')
  const sendKey = useChat((state) => state.sendKey)
  const isBegun = useChat((state) => (conversationOf(state)?.current ?? null) !== null)
  return (
    <footer className={styles.composer}>
      <Notices />
      {isBegun && <Examples />}
      <Box />
      <p className={styles.hint}>{t(`hint.${sendKey}`)}</p>
    </footer>
  )
}

function Box() {
  const { t } = useTranslation('chat')
  const draft = useChat((state) => state.draft)
  const busy = useChat(isAnswering)
  const sendKey = useChat((state) => state.sendKey)
  const ready = useCanAsk()
  const box = useBox(draft)
  const recall = useRecall()
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { key, shiftKey, ctrlKey, metaKey, keyCode } = event
    const { isComposing } = event.nativeEvent
    if (!isComposing && recall(event)) return
    if (!isSendKey({ key, shiftKey, ctrlKey, metaKey, keyCode, isComposing }, sendKey)) return
    event.preventDefault()
    if (!busy && ready) void send(draft)
  }
  return (
    <div className={styles.box}>
      <TextField
        aria-label={t('question')}
        value={draft}
        onChange={(text) => useChat.setState({ draft: text })}
        className={styles.field as string}
      >
        <TextArea
          ref={box}
          rows={1}
          maxLength={MAX_QUESTION_CHARACTERS}
          className={styles.input as string}
          placeholder={t('placeholder')}
          onKeyDown={keyDown}
        />
      </TextField>
      {busy ? (
        <Button variant="danger" size="small" icon={<Square size={11} fill="currentColor" />} onPress={stopAnswers}>
          {t('stop')}
        </Button>
      ) : (
        <IconButton
          icon={<ArrowUp size={17} />}
          label={t('send')}
          shortcut={sendKey === 'enter' ? 'Enter' : 'Ctrl+Enter'}
          isDisabled={!ready || draft.trim() === ''}
          className={cx(styles.send)}
          onPress={() => void send(draft)}
        />
      )}
    </div>
  )
}

/** Where every source is gone there is nobody to ask. */
function useCanAsk(): boolean {
  const nameOf = useNameOf()
  const columns = useChat((state) => state.columns)
  return columns.some((column) => nameOf(column) !== null)
}

/** ↑ in an empty field brings the question before back, and again the one before that; ↓ goes the other way. */
function useRecall(): (event: KeyboardEvent<HTMLTextAreaElement>) => boolean {
  const recalled = useRef<{ readonly back: number; readonly text: string }>({ back: 0, text: '' })
  return (event) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return false
    const state = useChat.getState()
    const isAgain = recalled.current.back > 0 && state.draft === recalled.current.text
    if (state.draft !== '' && !isAgain) return false
    const questions = pathOf(conversationOf(state)).map(({ question }) => question)
    const from = isAgain ? recalled.current.back : 0
    const back = Math.min(questions.length, Math.max(0, from + (event.key === 'ArrowUp' ? 1 : -1)))
    if (back === from) return false
    event.preventDefault()
    const text = back === 0 ? '' : (questions[questions.length - back] ?? '')
    recalled.current = { back, text }
    useChat.setState({ draft: text })
    return true
  }
}

/** Why a question stayed here, and who cannot be asked any more. */
function Notices() {
  const { t } = useTranslation('chat')
  const language = useLanguage()
  const notice = useChat((state) => state.notice)
  const columns = useChat((state) => state.columns)
  const nameOf = useNameOf()
  const gone = columns.filter((column) => nameOf(column) === null)
  return (
    <>
      {notice && (
        <p role="alert" className={styles.notice}>
          {errorSentence(notice, language)}
        </p>
      )}
      {gone.map((column, index) => (
        <p key={index} role="status" className={styles.gone}>
          {t('columns.gone', { name: column.name })}
        </p>
      ))}
    </>
  )
}

/** Questions to begin with, folded away below a conversation. */
function Examples() {
  const { t } = useTranslation('chat')
  const hasSome = useSuggestions().length > 0
  if (!hasSome) return null
  return (
    <Disclosure className={styles.more as string}>
      <AriaButton slot="trigger" className={styles.summary as string}>
        <ChevronRight size={13} aria-hidden />
        {t('suggestions.title')}
      </AriaButton>
      <DisclosurePanel className={styles.examples as string}>
        <Suggestions />
      </DisclosurePanel>
    </Disclosure>
  )
}
