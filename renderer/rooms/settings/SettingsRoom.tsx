import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Preferences } from '../../../core/contract/index.ts'
import { languageIds, text } from '../../../texts/index.ts'
import { LoadingPane, Segmented, Switch } from '../../ui/index.ts'
import { ErrorNotice, toastError } from '../../errors/index.ts'
import { HubTokenForm } from '../../hub/index.ts'
import { ApiServerCard } from './ApiServerCard.tsx'
import { GpuPackCard } from './GpuPackCard.tsx'
import { LibraryCard } from './LibraryCard.tsx'
import { MachineFacts } from './MachineFacts.tsx'
import { changePreferences, loadSystem, useSystem } from './system.store.ts'
import { TrashCard } from './TrashCard.tsx'
import styles from './SettingsRoom.module.css'

const themes = ['system', 'light', 'dark', 'contrast'] as const

export function SettingsRoom() {
  const { t } = useTranslation('settings')
  return (
    <div className={styles.room}>
      <div className={styles.page}>
        <h1 className={styles.heading}>{t('title')}</h1>
        <Appearance />
        <Library />
        <Trash />
        <Machine />
        <GpuPack />
        <ApiServer />
        <Connections />
        <HubToken />
        <About />
      </div>
    </div>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.body}>{children}</div>
    </section>
  )
}

async function change(preference: Partial<Preferences>): Promise<void> {
  const error = await changePreferences(preference)
  if (error) toastError(error)
}

function Appearance() {
  const { t } = useTranslation('settings')
  const { language, theme } = useSystem((state) => state.preferences)
  return (
    <Section title={t('appearance')}>
      <Segmented
        label={t('language.label')}
        items={[
          { id: 'system' as const, label: t('language.system') },
          ...languageIds.map((id) => ({ id, label: text(id).language.name })),
        ]}
        value={language}
        onChange={(id) => void change({ language: id })}
      />
      <Segmented
        label={t('theme.label')}
        items={themes.map((id) => ({ id, label: t(`theme.${id}`) }))}
        value={theme}
        onChange={(id) => void change({ theme: id })}
      />
    </Section>
  )
}

function Library() {
  const { t } = useTranslation('settings')
  const library = useSystem((state) => state.library)
  return (
    <Section title={t('library.title')}>
      <LibraryCard />
      {library.kind === 'failed' && <ErrorNotice error={library.error} />}
    </Section>
  )
}

function Trash() {
  const { t } = useTranslation('settings')
  return (
    <Section title={t('trash.title')}>
      <TrashCard />
    </Section>
  )
}

function Machine() {
  const { t } = useTranslation('settings')
  const system = useSystem((state) => state.system)
  return (
    <Section title={t('machine.title')}>
      {system.kind === 'loading' && <LoadingPane />}
      {system.kind === 'failed' && <ErrorNotice error={system.error} onRetry={() => void loadSystem()} />}
      {system.kind === 'ready' && <MachineFacts info={system.info} detailed />}
    </Section>
  )
}

function GpuPack() {
  const { t } = useTranslation('settings')
  return (
    <Section title={t('gpuPack.title')}>
      <GpuPackCard />
    </Section>
  )
}

function ApiServer() {
  const { t } = useTranslation('settings')
  return (
    <Section title={t('apiServer.title')}>
      <ApiServerCard />
    </Section>
  )
}

function Connections() {
  const { t } = useTranslation('settings')
  const isOffline = useSystem((state) => state.preferences.offline)
  return (
    <Section title={t('connections.title')}>
      <Switch value={isOffline} onChange={(offline) => void change({ offline })}>
        {t('connections.offline')}
      </Switch>
      <p className={styles.help}>{t('connections.help')}</p>
    </Section>
  )
}

function HubToken() {
  const { t } = useTranslation('settings')
  return (
    <Section title="Hugging Face">
      <p className={styles.help}>{t('hubToken')}</p>
      <HubTokenForm />
    </Section>
  )
}

function About() {
  const { t } = useTranslation('settings')
  const system = useSystem((state) => state.system)
  if (system.kind !== 'ready') return null
  return (
    <Section title={t('about.title')}>
      <p>
        Terakoya Studio {system.info.version}
        <span className={styles.aside}>{t(`about.host.${system.info.host}`)}</span>
      </p>
      <p className={styles.help}>{t('about.privacy')}</p>
    </Section>
  )
}
