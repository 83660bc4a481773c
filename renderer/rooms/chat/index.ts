export { useChat } from './chat.store.ts'
