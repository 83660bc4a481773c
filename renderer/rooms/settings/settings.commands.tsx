import i18next from 'i18next'
import { Contrast, FolderOpen, Languages } from 'lucide-react'
import type { Preferences } from '../../../core/contract/index.ts'
import { languageIds, text } from '../../../texts/index.ts'
import type { Command } from '../../commands/index.ts'
import { toastError } from '../../errors/index.ts'
import { goTo } from '../../session/index.ts'
import { changePreferences, chooseLibrary } from './system.store.ts'

async function prefer(change: Partial<Preferences>): Promise<void> {
  const error = await changePreferences(change)
  if (error) toastError(error)
}

/** What languages, and the word for them, are called in each language. */
const languageWords = languageIds
  .map((id) => `${text(id).language.name} ${text(id).rooms.settings.language.label}`)
  .join(' ')

const label = (key: 'toggleTheme' | 'chooseLibrary'): string => i18next.t(`commands.${key}`, { ns: 'settings' })
const always = (): boolean => true

/** What the palette offers of 設定 from every room. */
export const settingsCommands = (): readonly Command[] => [
  {
    id: 'settings.theme',
    label: label('toggleTheme'),
    icon: <Contrast size={15} />,
    keywords: 'dark light theme',
    canRun: always,
    run: () => prefer({ theme: document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark' }),
  },
  ...languageIds.map((id) => ({
    id: `settings.language.${id}`,
    label: text(id).rooms.settings.commands.useThisLanguage,
    icon: <Languages size={15} />,
    keywords: languageWords,
    canRun: () => id !== i18next.language,
    run: () => prefer({ language: id }),
  })),
  {
    id: 'settings.library',
    label: label('chooseLibrary'),
    icon: <FolderOpen size={15} />,
    keywords: 'library folder',
    canRun: always,
    run: async () => {
      goTo('settings')
      await chooseLibrary()
    },
  },
]
