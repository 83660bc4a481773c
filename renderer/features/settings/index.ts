export { MachineFacts } from './MachineFacts.tsx'
export { SettingsRoom } from './SettingsRoom.tsx'
export { changePreferences, chooseLibrary, connectSystem, loadSystem, useSystem } from './system.store.ts'
