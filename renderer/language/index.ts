export * from './format.ts'
export * from './language.ts'
export * from './start.ts'
export * from './texts.ts'
