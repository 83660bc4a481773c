import { Braces, Ellipsis, FileText, Pencil, Pin, PinOff, Table2, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { MAX_CONVERSATION_NAME, type AppError, type Conversation } from '../../../core/contract/index.ts'
import { Button, Dialog, IconButton, Menu, TextField } from '../../ui/index.ts'
import { errorSentence, useLanguage } from '../../language/index.ts'
import { conversationOf, useChat } from './chat.store.ts'
import { toDataset } from './datasetRows.ts'
import { exportConversation, pin, remove, rename } from './conversations.store.ts'

/** What can be done with the conversation in view. */
export function ConversationMenu() {
  const { t } = useTranslation(['chat', 'common'])
  const conversation = useChat(conversationOf)
  const [renaming, setRenaming] = useState(false)
  if (!conversation || conversation.turns.length === 0) return null
  const { isPinned } = conversation
  return (
    <>
      <Menu
        label={t('list.more')}
        trigger={<IconButton icon={<Ellipsis size={17} />} label={t('list.more')} />}
        entries={[
          { id: 'rename', label: t('common:rename'), icon: <Pencil size={14} />, onAction: () => setRenaming(true) },
          {
            id: 'pin',
            label: t(isPinned ? 'list.unpin' : 'list.pin'),
            icon: isPinned ? <PinOff size={14} /> : <Pin size={14} />,
            onAction: () => void pin(conversation),
          },
          {
            id: 'markdown',
            label: t('exported.markdown'),
            icon: <FileText size={14} />,
            separated: true,
            onAction: () => void exportConversation(conversation, 'markdown'),
          },
          {
            id: 'json',
            label: t('exported.json'),
            icon: <Braces size={14} />,
            onAction: () => void exportConversation(conversation, 'json'),
          },
          {
            id: 'dataset',
            label: t('exported.dataset'),
            icon: <Table2 size={14} />,
            onAction: () => void toDataset(conversation),
          },
          {
            id: 'remove',
            label: t('common:remove'),
            icon: <Trash2 size={14} />,
            danger: true,
            separated: true,
            onAction: () => void remove(conversation),
          },
        ]}
      />
      {renaming && <RenameDialog conversation={conversation} onClose={() => setRenaming(false)} />}
    </>
  )
}

function RenameDialog({
  conversation: { id, name: before },
  onClose,
}: {
  readonly conversation: Conversation
  readonly onClose: () => void
}) {
  const { t } = useTranslation(['common', 'chat'])
  const language = useLanguage()
  const [name, setName] = useState(before)
  const [error, setError] = useState<AppError | null>(null)
  const submit = async () => {
    if (name.trim() === '') return
    const failure = await rename(id, name.trim())
    if (failure) setError(failure)
    else onClose()
  }
  return (
    <Dialog
      title={t('rename')}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button variant="primary" type="submit" form="rename-conversation" isDisabled={name.trim() === ''}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form
        id="rename-conversation"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextField
          label={t('chat:list.name')}
          labelHidden
          value={name}
          onChange={setName}
          maxLength={MAX_CONVERSATION_NAME}
          autoFocus
          error={error && errorSentence(error, language)}
        />
      </form>
    </Dialog>
  )
}
