export { DatasetsRoom } from './DatasetsRoom.tsx'
export { datasetCommands } from './datasets.commands.tsx'
export { datasetItems, isReadable } from './datasets.selectors.ts'
export { connectDatasets, createDataset, useDatasets } from './datasets.store.ts'
