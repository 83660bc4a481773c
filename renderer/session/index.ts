export * from './RememberedPanes.tsx'
export * from './room.ts'
export * from './session.ts'
