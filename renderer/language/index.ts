export * from './format.ts'
export * from './language.ts'
export * from './texts.ts'
