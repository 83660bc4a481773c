import { ArrowUp, ChevronRight, Square } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton, Disclosure, DisclosurePanel, TextArea, TextField } from 'react-aria-components'
import { Button, cx, IconButton, Switch } from '../../ui/index.ts'
import { isAnswering, isSendKey } from './chat.selectors.ts'
import { lastTurn, send, stopAnswers, useChat } from './chat.store.ts'
import { Suggestions } from './Suggestions.tsx'
import styles from './Composer.module.css'

const MAX_HEIGHT_PX = 160

/** The text area: it takes the focus after each turn, and is as high as its draft. */
function useBox(draft: string, turnCount: number): RefObject<HTMLTextAreaElement | null> {
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => void box.current?.focus(), [turnCount])
  useEffect(() => {
    const { current } = box
    if (!current) return
    current.style.height = 'auto'
    current.style.height = `${Math.min(MAX_HEIGHT_PX, current.scrollHeight)}px`
  }, [draft])
  return box
}

/** The question box. Enter sends, Shift+Enter begins a new line, an IME's Enter does neither. */
export function Composer() {
  const { t } = useTranslation('chat')
  const draft = useChat((state) => state.draft)
  const carriesOn = useChat((state) => state.carriesOn)
  const busy = useChat((state) => isAnswering(lastTurn(state)))
  const ready = useChat((state) => state.sources.some((source) => source !== null))
  const turnCount = useChat((state) => state.turns.length)
  const box = useBox(draft, turnCount)
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { key, shiftKey, keyCode } = event
    if (!isSendKey({ key, shiftKey, keyCode, isComposing: event.nativeEvent.isComposing })) return
    event.preventDefault()
    if (!busy && ready) void send(draft)
  }
  return (
    <footer className={styles.composer}>
      {turnCount > 0 && <Examples />}
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
            shortcut="Enter"
            isDisabled={!ready || draft.trim() === ''}
            className={cx(styles.send)}
            onPress={() => void send(draft)}
          />
        )}
      </div>
      <div className={styles.foot}>
        <Switch value={carriesOn} onChange={(value) => useChat.setState({ carriesOn: value })}>
          {t('carriesOn')}
        </Switch>
        <span className={styles.hint}>{t('hint')}</span>
      </div>
    </footer>
  )
}

/** The tutorial's questions, folded away below a conversation. */
function Examples() {
  const { t } = useTranslation('chat')
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
