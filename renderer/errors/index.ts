export * from './ErrorNotice.tsx'
export * from './outside.ts'
export * from './toastError.tsx'
