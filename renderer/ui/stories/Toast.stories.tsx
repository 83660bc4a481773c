import { Button, toast, ToastArea, toastFailure } from '../index.ts'
import { words, type Stories } from './story.ts'

export const stories: Stories = {
  done: () => <Button onPress={() => toast(words.copied())}>Toast</Button>,
  'can be undone': () => (
    <Button onPress={() => toast(words.copied(), { label: words.undo(), run: () => toast(words.undo()) })}>
      Toast with an act
    </Button>
  ),
  failure: () => <Button onPress={() => toastFailure(words.lead(), 'story')}>Failure</Button>,
  area: () => <ToastArea />,
}
