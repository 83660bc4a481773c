import i18next from 'i18next'
import { MessageSquareText, SquarePen } from 'lucide-react'
import { useSession, type Room } from '../../session/index.ts'
import { connectChat, newConversation } from './chat.store.ts'
import { ChatRoom } from './ChatRoom.tsx'

declare module '../../session/index.ts' {
  interface RoomIds {
    readonly chat: true
  }
}

export const chat: Room = {
  id: 'chat',
  view: ChatRoom,
  icon: MessageSquareText,
  texts: 'chat',
  shortcut: 'Mod+4',
  commands: () => [
    {
      id: 'chat.new',
      label: i18next.t('new', { ns: 'chat' }),
      icon: <SquarePen size={15} />,
      canRun: () => useSession.getState().room === 'chat',
      run: newConversation,
    },
  ],
  connect: connectChat,
}
