export { closeFind, openFind, useFind, type FindField } from './find.store.ts'
export { FindBar } from './FindBar.tsx'
export { partsOf, type Found } from './found.ts'
export { useFound } from './useFound.ts'
