import { MessageSquareText, PackagePlus, SlidersHorizontal, SquarePen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button, cx, EmptyState, IconButton, Select } from '../../ui/index.ts'
import { goTo } from '../../session/index.ts'
import { openAdd } from '../models/index.ts'
import { Composer } from './Composer.tsx'
import { GenerationPanel } from './GenerationPanel.tsx'
import { Suggestions } from './Suggestions.tsx'
import { Transcript } from './Transcript.tsx'
import { newConversation, setSource, useChat } from './chat.store.ts'
import { useSensibleSources, useSourceSections } from './useSources.ts'
import styles from './ChatRoom.module.css'

/** チャット: the same question to two sources, side by side. */
export function ChatRoom() {
  useSensibleSources()
  const settingsOpen = useChat((state) => state.settingsOpen)
  const isEmpty = useChat((state) => state.turns.length === 0)
  return (
    <div className={cx(styles.room, settingsOpen && styles.withSettings)}>
      <div className={styles.main}>
        <SourceBar />
        {isEmpty ? <Welcome /> : <Transcript />}
        <Composer />
      </div>
      {settingsOpen && <GenerationPanel />}
    </div>
  )
}

function SourceBar() {
  const { t } = useTranslation('chat')
  const { t: models } = useTranslation('models')
  const sections = useSourceSections()
  const [left, right] = useChat((state) => state.sources)
  const hasTurns = useChat((state) => state.turns.length > 0)
  const settingsOpen = useChat((state) => state.settingsOpen)
  return (
    <header className={styles.bar}>
      <div className={styles.sources}>
        <Select
          label={t('left')}
          labelHidden
          sections={sections}
          value={left}
          onChange={(key) => setSource(0, key)}
          placeholder={t('choose')}
          quiet
        />
        <div className={styles.right}>
          <Select
            label={t('right')}
            labelHidden
            sections={sections}
            value={right}
            onChange={(key) => setSource(1, key)}
            placeholder={t('choose')}
            quiet
            className={styles.grow as string}
          />
          <IconButton icon={<PackagePlus size={16} />} label={models('add.title')} onPress={() => openAdd()} />
          <IconButton
            icon={<SquarePen size={16} />}
            label={t('new')}
            isDisabled={!hasTurns}
            onPress={newConversation}
          />
          <IconButton
            icon={<SlidersHorizontal size={16} />}
            label={t('settings')}
            aria-pressed={settingsOpen}
            className={cx(settingsOpen && styles.pressed)}
            onPress={() => useChat.setState({ settingsOpen: !settingsOpen })}
          />
        </div>
      </div>
    </header>
  )
}

function Welcome() {
  const { t } = useTranslation('chat')
  const trained = useChat((state) => state.sources[1] !== null)
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
