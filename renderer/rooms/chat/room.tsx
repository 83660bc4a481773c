import i18next from 'i18next'
import { MessageSquareText, SquarePen } from 'lucide-react'
import { goTo, type Room } from '../../session/index.ts'
import { conversationKey, connectChat, newConversation } from './chat.store.ts'
import { ChatRoom } from './ChatRoom.tsx'
import { useConversations } from './conversations.store.ts'

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
      canRun: () => true,
      run: () => {
        newConversation()
        goTo('chat')
      },
    },
  ],
  findings: {
    stores: [useConversations],
    sections: () => {
      const { list } = useConversations.getState()
      return [
        {
          id: 'conversations',
          title: i18next.t('list.title', { ns: 'chat' }),
          entries: (list.kind === 'ready' ? list.items : []).map(({ id, name }) => ({
            id: conversationKey(id),
            label: name,
            keywords: name,
            icon: <MessageSquareText size={15} />,
            run: () => goTo('chat', conversationKey(id)),
          })),
        },
      ]
    },
  },
  connect: connectChat,
}
