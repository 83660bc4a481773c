export * from './CommandButton.tsx'
export * from './commands.ts'
