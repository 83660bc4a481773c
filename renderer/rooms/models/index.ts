export { Card } from './Card.tsx'
export { ModelsRoom } from './ModelsRoom.tsx'
export { connectModels, isUsable, modelItems, useModels } from './models.store.ts'
export { useModelDetail } from './useModelDetail.ts'
