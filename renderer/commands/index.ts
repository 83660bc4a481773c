export * from './CommandButton.tsx'
export * from './commands.ts'
export * from './findings.ts'
