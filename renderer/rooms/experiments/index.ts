export { runCommands } from './commands.tsx'
export { activeRun, experimentItems, isTrained, useExperiments } from './experiments.store.ts'
export { openForm } from './form.store.ts'
export { StateBadge } from './StateBadge.tsx'
