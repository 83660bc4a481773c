export { FolderPicker } from './FolderPicker.tsx'
export { pickFolder } from './folders.store.ts'
