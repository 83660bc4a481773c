export { FolderPicker } from './FolderPicker.tsx'
export { RenameDialog } from './RenameDialog.tsx'
export { pickFolder } from './folders.store.ts'
