export { ModelsRoom } from './ModelsRoom.tsx'
export { connectModels, modelItems, useModels } from './models.store.ts'
