import { FileText, MessageSquareText, PanelLeft, SlidersHorizontal, SquarePen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button, cx, DropArea, EmptyState, IconButton, LoadingPane } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { goTo, RememberedPanes } from '../../session/index.ts'
import { isTrained } from './chat.selectors.ts'
import { newConversation, openConversation, useChat } from './chat.store.ts'
import { Columns } from './Columns.tsx'
import { Composer } from './Composer.tsx'
import { ConversationList } from './ConversationList.tsx'
import { ConversationMenu } from './ConversationMenu.tsx'
import { remove } from './conversations.store.ts'
import { FlagsHelp } from './FlagsHelp.tsx'
import { GenerationPanel } from './GenerationPanel.tsx'
import { Suggestions } from './Suggestions.tsx'
import { Transcript } from './Transcript.tsx'
import { takeFiles } from './textFile.ts'
import { useList } from './useList.ts'
import { useSelected } from './useSources.ts'
import styles from './ChatRoom.module.css'

/** チャット: the conversations | the one in view, whose columns answer side by side. */
export function ChatRoom() {
  useSelected()
  const { isOpen } = useList()
  const right = <Conversation />
  return isOpen ? <RememberedPanes id="chat" left={<ConversationList />} right={right} leftWidth={248} /> : right
}

function Conversation() {
  const { t } = useTranslation('chat')
  const settingsOpen = useChat((state) => state.settingsOpen)
  const columnCount = useChat((state) => Math.max(1, state.columns.length))
  return (
    <div className={cx(styles.room, settingsOpen && styles.withSettings)}>
      <DropArea
        icon={<FileText size={22} aria-hidden />}
        title={t('drop.hint')}
        onDrop={(dropped) => void takeFiles(dropped)}
      >
        <div className={cx(styles.main, columnCount > 1 && styles.beside, columnCount > 2 && styles.wide)}>
          <Bar />
          <InView />
          <Composer />
        </div>
      </DropArea>
      {settingsOpen && <GenerationPanel />}
      <FlagsHelp />
    </div>
  )
}

function Bar() {
  const { t } = useTranslation('chat')
  const settingsOpen = useChat((state) => state.settingsOpen)
  const list = useList()
  return (
    <header className={styles.bar}>
      <IconButton
        icon={<PanelLeft size={16} />}
        label={t(list.isOpen ? 'list.hide' : 'list.show')}
        onPress={list.toggle}
      />
      {!list.isOpen && <IconButton icon={<SquarePen size={16} />} label={t('new')} onPress={() => newConversation()} />}
      <Columns />
      <ConversationMenu />
      <IconButton
        icon={<SlidersHorizontal size={16} />}
        label={t('settings')}
        aria-pressed={settingsOpen}
        className={cx(settingsOpen && styles.pressed)}
        onPress={() => useChat.setState({ settingsOpen: !settingsOpen })}
      />
    </header>
  )
}

function InView() {
  const { t } = useTranslation('common')
  const opened = useChat((state) => state.opened)
  switch (opened.kind) {
    case 'loading':
      return <LoadingPane />
    case 'failed':
      return (
        <div className={styles.failed}>
          <ErrorNotice error={opened.error} onRetry={() => void openConversation(opened.id)} />
          {opened.error.code === 'conversation/damaged' && (
            <Button
              onPress={() => {
                void remove({ id: opened.id, name: opened.id })
                newConversation()
              }}
            >
              {t('remove')}
            </Button>
          )}
        </div>
      )
    case 'new':
      return <Welcome />
    case 'ready':
      return opened.conversation.current === null ? <Welcome /> : <Transcript conversation={opened.conversation} />
  }
}

function Welcome() {
  const { t } = useTranslation('chat')
  const trained = useChat((state) => state.columns.some(({ source }) => isTrained(source)))
  return (
    <div className={styles.welcome}>
      <EmptyState
        icon={<MessageSquareText size={22} />}
        title={t('empty.title')}
        text={t(trained ? 'empty.text' : 'empty.untrained')}
      >
        {!trained && <Button onPress={() => goTo('experiments', null)}>{t('empty.train')}</Button>}
        <Suggestions />
      </EmptyState>
    </div>
  )
}
