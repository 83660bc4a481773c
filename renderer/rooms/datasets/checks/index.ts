export { ChecksButton } from './ChecksButton.tsx'
export { ChecksPanel } from './ChecksPanel.tsx'
export type { Marks } from './checks.store.ts'
export { useChecking } from './useChecking.ts'
