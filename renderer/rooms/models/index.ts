export { Card } from './Card.tsx'
export { isUsable, modelItems, useModels } from './models.store.ts'
export { useModelDetail } from './useModelDetail.ts'
