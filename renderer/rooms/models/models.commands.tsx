import i18next from 'i18next'
import { Box, Download, Plus } from 'lucide-react'
import type { Command, PaletteSection } from '../../commands/index.ts'
import { inEveryLanguage } from '../../language/index.ts'
import { goTo } from '../../session/index.ts'
import { openAdd } from './add/add.store.ts'
import { openDownloads } from './downloads/downloads.store.ts'
import { modelItems, useModels } from './models.store.ts'

const texts = () => i18next.getFixedT(null, 'models')

/** What can be done about models from every room. */
export const modelCommands = (): readonly Command[] => [
  {
    id: 'models.add',
    label: texts()('add.title'),
    icon: <Plus size={15} />,
    keywords: inEveryLanguage(({ rooms }) => rooms.models.keywords.add),
    canRun: () => true,
    run: () => openAdd(),
  },
  {
    id: 'models.downloads',
    label: texts()('downloads.open'),
    icon: <Download size={15} />,
    keywords: inEveryLanguage(({ rooms }) => rooms.models.keywords.downloads),
    canRun: () => true,
    run: openDownloads,
  },
]

/** The models, as the palette finds them. */
export const modelFindings = (): readonly PaletteSection[] => [
  {
    id: 'models',
    title: texts()('room.title'),
    entries: modelItems(useModels.getState()).map(({ id, name, hub, baseModel }) => ({
      id: `model.${id}`,
      label: name,
      keywords: [id, hub?.id ?? '', baseModel].join(' '),
      icon: <Box size={15} />,
      run: () => goTo('models', id),
    })),
  },
]
