import { useEffect, type ComponentType } from 'react'
import { I18nProvider } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { text } from '../../texts/index.ts'
import { cx, ToastArea } from '../ui/index.ts'
import { useLanguage } from '../language/index.ts'
import { useSession, type Room } from '../session/index.ts'
import { ChatRoom, connectChat } from '../rooms/chat/index.ts'
import { connectDatasets, DatasetsRoom } from '../rooms/datasets/index.ts'
import { connectExperiments, ExperimentsRoom } from '../rooms/experiments/index.ts'
import { FolderPicker } from '../dialogs/index.ts'
import { HomeRoom } from '../rooms/home/index.ts'
import { connectModels, ModelsRoom } from '../rooms/models/index.ts'
import { connectSystem, LibraryNotice, SettingsRoom, useSystem } from '../rooms/settings/index.ts'
import { Boundary } from './Boundary.tsx'
import { setLanguage } from './i18n/index.ts'
import { Palette } from './Palette.tsx'
import { Rail } from './Rail.tsx'
import { applyTheme, onSystemTheme } from './theme.ts'
import { TitleBar } from './TitleBar.tsx'
import { useShortcuts } from './useShortcuts.ts'
import styles from './App.module.css'

const views: Record<Room, ComponentType> = {
  home: HomeRoom,
  datasets: DatasetsRoom,
  experiments: ExperimentsRoom,
  chat: ChatRoom,
  models: ModelsRoom,
  settings: SettingsRoom,
}

/** One window: rail, title bar, the room; the stores follow the host as long as it is shown. */
export function App() {
  useMirrors()
  usePreferences()
  useShortcuts()
  const language = useLanguage()
  const room = useSession((state) => state.room)
  const { t } = useTranslation()
  const View = views[room]
  return (
    <I18nProvider locale={text(language).language.locale}>
      <div className={styles.shell}>
        <TitleBar />
        <Rail />
        <main className={cx(styles.room)} aria-label={t(`rooms.${room}`)}>
          <LibraryNotice />
          <div className={styles.view}>
            <Boundary key={room}>
              <View />
            </Boundary>
          </div>
        </main>
      </div>
      <Palette />
      <FolderPicker />
      <ToastArea />
    </I18nProvider>
  )
}

function useMirrors(): void {
  useEffect(() => {
    const ends = [connectSystem(), connectDatasets(), connectExperiments(), connectModels(), connectChat()]
    return () => ends.forEach((end) => end())
  }, [])
}

function usePreferences(): void {
  const { language, theme } = useSystem((state) => state.preferences)
  const isKnown = useSystem((state) => state.hasPreferences)
  useEffect(() => {
    if (isKnown) void setLanguage(language)
  }, [language, isKnown])
  useEffect(() => {
    if (!isKnown) return
    applyTheme(theme)
    return onSystemTheme(() => applyTheme(theme))
  }, [theme, isKnown])
}
