import { Table2 } from 'lucide-react'
import { goTo, roomTitle, type Room } from '../../session/index.ts'
import { datasetCommands, tableCommands } from './datasets.commands.tsx'
import { datasetItems } from './datasets.selectors.ts'
import { connectDatasets, useDatasets } from './datasets.store.ts'
import { DatasetsRoom } from './DatasetsRoom.tsx'

declare module '../../session/index.ts' {
  interface RoomIds {
    readonly datasets: true
  }
}

export const datasets: Room = {
  id: 'datasets',
  view: DatasetsRoom,
  icon: Table2,
  texts: 'datasets',
  shortcut: 'Mod+2',
  commands: () => [...datasetCommands(), ...tableCommands()],
  findings: {
    stores: [useDatasets],
    sections: () => [
      {
        id: 'datasets',
        title: roomTitle(datasets),
        entries: datasetItems(useDatasets.getState()).map(({ id, name }) => ({
          id: `dataset.${id}`,
          label: name,
          keywords: id,
          icon: <Table2 size={15} />,
          run: () => goTo('datasets', id),
        })),
      },
    ],
  },
  connect: connectDatasets,
}
