export * from './RememberedPanes.tsx'
export * from './session.ts'
