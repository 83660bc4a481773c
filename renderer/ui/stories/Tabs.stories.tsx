import { Tabs } from '../index.ts'
import { words, type Stories } from './story.ts'

export const stories: Stories = {
  tabs: () => (
    <Tabs
      label={words.model()}
      tabs={[
        { id: 'one', label: words.title(), content: <p>{words.lead()}</p> },
        { id: 'two', label: words.chat(), content: <p>{words.chatHint()}</p> },
        { id: 'three', label: words.model(), content: <p>{words.hint()}</p> },
      ]}
    />
  ),
}
