export { Card } from './Card.tsx'
export { ModelsRoom } from './ModelsRoom.tsx'
export { connectModels, modelItems, useModels } from './models.store.ts'
