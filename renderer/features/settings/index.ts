export { FasterDevice, MachineFacts } from './MachineFacts.tsx'
export { isCuredByGpuPack, showGpuPack } from './gpuPack.store.ts'
export { SettingsRoom } from './SettingsRoom.tsx'
export { changePreferences, chooseLibrary, connectSystem, loadSystem, useSystem } from './system.store.ts'
