export { connectChat, newConversation, useChat } from './chat.store.ts'
export { ChatRoom } from './ChatRoom.tsx'
