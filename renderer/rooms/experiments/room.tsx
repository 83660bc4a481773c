import i18next from 'i18next'
import { FlaskConical, SlidersHorizontal } from 'lucide-react'
import { settingKeys, settingOf, settingTexts } from '../../../core/contract/index.ts'
import { languageIds, type Language } from '../../../texts/index.ts'
import type { PaletteSection } from '../../commands/index.ts'
import { goTo, roomTitle, type Room } from '../../session/index.ts'
import { connectExports } from './exports/exports.store.ts'
import { experimentCommands } from './commands.tsx'
import { connectExperiments, experimentItems, useExperiments } from './experiments.store.ts'
import { ExperimentsRoom } from './ExperimentsRoom.tsx'
import { revealSetting } from './form.store.ts'

declare module '../../session/index.ts' {
  interface RoomIds {
    readonly experiments: true
  }
}

export const experiments: Room = {
  id: 'experiments',
  view: ExperimentsRoom,
  icon: FlaskConical,
  texts: 'experiments',
  shortcut: 'Mod+3',
  commands: experimentCommands,
  commandsFirst: true,
  findings: { stores: [useExperiments], sections: () => [runs(), settings()] },
  connect() {
    const ends = [connectExperiments(), connectExports()]
    return () => ends.forEach((end) => end())
  },
}

const words = () => i18next.getFixedT(null, 'experiments')

const runs = (): PaletteSection => ({
  id: 'experiments',
  title: roomTitle(experiments),
  entries: experimentItems(useExperiments.getState()).map(({ id, name, state, datasetName }) => ({
    id: `experiment.${id}`,
    label: name,
    detail: words()(`state.${state.kind}`),
    keywords: `${id} ${datasetName}`,
    icon: <FlaskConical size={15} />,
    run: () => goTo('experiments', id),
  })),
})

/** The settings of training: each opens the form at its row. */
const settings = (): PaletteSection => ({
  id: 'settings',
  title: words()('palette.settings'),
  entries: settingKeys.map((key) => {
    const labelIn = (id: Language) => settingTexts(key, id).label
    return {
      id: `setting.${key}`,
      label: labelIn(i18next.language as Language),
      detail: words()(`groups.${settingOf(key).group}`),
      keywords: `${key} ${languageIds.map(labelIn).join(' ')}`,
      icon: <SlidersHorizontal size={15} />,
      run: () => revealSetting(key),
    }
  }),
})
