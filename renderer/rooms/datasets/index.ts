export { isReadable } from './datasets.selectors.ts'
export { createDataset, useDatasets } from './datasets.store.ts'
