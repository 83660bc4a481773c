export { FasterDevice, MachineFacts } from './MachineFacts.tsx'
export { isCuredByGpuPack, showGpuPack } from './gpuPack.store.ts'
export { LibraryNotice } from './LibraryNotice.tsx'
export { loadSystem, useSystem } from './system.store.ts'
