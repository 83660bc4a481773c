import { Contrast, FolderOpen, Languages, SquarePen } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Preferences } from '../../core/contract/index.ts'
import { languageIds, text } from '../../texts/index.ts'
import { goTo, useSession } from '../session/index.ts'
import { toastError } from '../errors/index.ts'
import { useLanguage } from '../language/index.ts'
import { type Command } from '../commands/index.ts'
import { newConversation } from '../rooms/chat/index.ts'
import { datasetCommands } from '../rooms/datasets/index.ts'
import { experimentCommands } from '../rooms/experiments/index.ts'
import { changePreferences, chooseLibrary } from '../rooms/settings/index.ts'

/** What languages, and the word for them, are called in each language. */
const languageWords = languageIds
  .map((id) => `${text(id).language.name} ${text(id).rooms.settings.language.label}`)
  .join(' ')

async function prefer(change: Partial<Preferences>): Promise<void> {
  const error = await changePreferences(change)
  if (error) toastError(error)
}

/** Returns a function that lists every command that there is now, in the language of the interface. */
export function useCommands(): () => readonly Command[] {
  const { t } = useTranslation('shell')
  const { t: tExperiments } = useTranslation('experiments')
  const language = useLanguage()
  return useMemo(() => {
    const shell: readonly Command[] = [
      {
        id: 'chat.new',
        label: t('commands.newConversation'),
        icon: <SquarePen size={15} />,
        canRun: () => useSession.getState().room === 'chat',
        run: newConversation,
      },
      {
        id: 'settings.theme',
        label: t('commands.toggleTheme'),
        icon: <Contrast size={15} />,
        keywords: 'dark light theme',
        canRun: () => true,
        run: () => prefer({ theme: document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark' }),
      },
      ...languageIds.map((id) => ({
        id: `settings.language.${id}`,
        label: text(id).rooms.shell.commands.useThisLanguage,
        icon: <Languages size={15} />,
        keywords: languageWords,
        canRun: () => id !== language,
        run: () => prefer({ language: id }),
      })),
      {
        id: 'settings.library',
        label: t('commands.chooseLibrary'),
        icon: <FolderOpen size={15} />,
        keywords: 'library folder',
        canRun: () => true,
        run: async () => {
          goTo('settings')
          await chooseLibrary()
        },
      },
    ]
    return () => [...experimentCommands(tExperiments), ...datasetCommands(), ...shell]
  }, [t, tExperiments, language])
}
