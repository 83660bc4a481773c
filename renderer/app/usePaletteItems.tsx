import { FlaskConical, SlidersHorizontal, Table2 } from 'lucide-react'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { settingKeys, settingOf, settingTexts } from '../../core/contract/index.ts'
import { languageIds, type Language } from '../../texts/index.ts'
import { goTo, rooms, type Room } from '../session/index.ts'
import { shortcutText } from '../commands/index.ts'
import { useLanguage } from '../language/index.ts'
import { useDatasets } from '../rooms/datasets/index.ts'
import { experimentItems, revealSetting, useExperiments } from '../rooms/experiments/index.ts'
import { useCommands } from './useCommands.tsx'
import type { PaletteItem } from './palette.search.ts'
import { roomIcons } from './Rail.tsx'

export interface PaletteEntry extends PaletteItem {
  readonly icon?: ReactNode
  readonly aside?: string
  readonly run: () => void
}

export interface PaletteSection {
  readonly id: 'commands' | 'rooms' | 'datasets' | 'experiments' | 'settings'
  readonly entries: readonly PaletteEntry[]
}

/** Everything the palette can find, in sections. */
export function usePaletteItems(): readonly PaletteSection[] {
  const { t } = useTranslation(['common', 'experiments'])
  const language = useLanguage()
  const commands = useCommands()
  const datasets = useDatasets((state) => state.list)
  const experiments = useExperiments(experimentItems)
  return useMemo(
    () => [
      {
        id: 'commands',
        entries: commands()
          .filter((command) => command.canRun())
          .map((command) => ({
            id: command.id,
            label: command.label,
            ...(command.id.startsWith('datasets.') && { detail: t('rooms.datasets') }),
            keywords: `${command.id} ${command.keywords ?? ''}`,
            icon: command.icon,
            ...(command.shortcut && { aside: shortcutText(command.shortcut) }),
            run: () => void command.run(),
          })),
      },
      {
        id: 'rooms',
        entries: rooms.map((room, index) => ({
          id: `room.${room}`,
          label: t(`rooms.${room}`),
          keywords: room,
          icon: roomIcon(room),
          aside: shortcutText(`Mod+${index + 1}`),
          run: () => goTo(room),
        })),
      },
      {
        id: 'datasets',
        entries:
          datasets.kind === 'ready'
            ? datasets.items.map(({ id, name }) => ({
                id: `dataset.${id}`,
                label: name,
                keywords: id,
                icon: <Table2 size={15} />,
                run: () => goTo('datasets', id),
              }))
            : [],
      },
      {
        id: 'experiments',
        entries: experiments.map(({ id, name, state, datasetName }) => ({
          id: `experiment.${id}`,
          label: name,
          detail: t(`experiments:state.${state.kind}`),
          keywords: `${id} ${datasetName}`,
          icon: <FlaskConical size={15} />,
          run: () => goTo('experiments', id),
        })),
      },
      {
        id: 'settings',
        entries: settingKeys.map((key) => {
          const labelIn = (id: Language) => settingTexts(key, id).label
          return {
            id: `setting.${key}`,
            label: labelIn(language),
            detail: t(`experiments:groups.${settingOf(key).group}`),
            keywords: `${key} ${languageIds.map(labelIn).join(' ')}`,
            icon: <SlidersHorizontal size={15} />,
            run: () => revealSetting(key),
          }
        }),
      },
    ],
    [commands, datasets, experiments, language, t],
  )
}

function roomIcon(room: Room): ReactNode {
  const Icon = roomIcons[room]
  return <Icon size={15} />
}
