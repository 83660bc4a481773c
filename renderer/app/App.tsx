import { useEffect } from 'react'
import { I18nProvider } from 'react-aria-components'
import { text } from '../../texts/index.ts'
import { cx, ToastArea } from '../ui/index.ts'
import { useLanguage } from '../language/index.ts'
import { roomTitle } from '../session/index.ts'
import { FolderPicker } from '../dialogs/index.ts'
import { rooms } from '../rooms/index.ts'
import { AddDialog, DownloadsPanel } from '../rooms/models/index.ts'
import { LibraryNotice, useSystem } from '../rooms/settings/index.ts'
import { Boundary } from './Boundary.tsx'
import { setLanguage } from '../language/index.ts'
import { ConnectionBanner } from './ConnectionBanner.tsx'
import { Palette } from './Palette.tsx'
import { Rail } from './Rail.tsx'
import { useRoom } from './rooms.ts'
import { applyTheme, onSystemTheme } from './theme.ts'
import { TitleBar } from './TitleBar.tsx'
import { useShortcuts } from './useShortcuts.ts'
import styles from './App.module.css'

/** One window: rail, title bar, the room; the stores follow the host as long as it is shown. */
export function App() {
  useMirrors()
  usePreferences()
  useShortcuts()
  const language = useLanguage()
  const room = useRoom()
  const View = room.view
  return (
    <I18nProvider locale={text(language).language.locale}>
      <div className={styles.shell}>
        <div className={styles.banner}>
          <ConnectionBanner />
        </div>
        <TitleBar />
        <Rail />
        <main className={cx(styles.room)} aria-label={roomTitle(room)}>
          <LibraryNotice />
          <div className={styles.view}>
            <Boundary key={room.id}>
              <View />
            </Boundary>
          </div>
        </main>
      </div>
      <Palette />
      <AddDialog />
      <DownloadsPanel />
      <FolderPicker />
      <ToastArea />
    </I18nProvider>
  )
}

function useMirrors(): void {
  useEffect(() => {
    const ends = rooms.map(({ connect }) => connect?.())
    return () => ends.forEach((end) => end?.())
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
