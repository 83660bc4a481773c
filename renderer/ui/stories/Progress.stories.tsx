import { LoadingPane, ProgressBar, Spinner } from '../index.ts'
import { words, type Stories } from './story.ts'

const bar = (value: number | null, tone: 'accent' | 'quiet' | 'warning' | 'shu', thick = false) => (
  <ProgressBar label={words.running()} value={value} tone={tone} thick={thick} />
)

export const stories: Stories = {
  'nothing done': () => bar(0, 'accent'),
  'accent, 40 %': () => bar(0.4, 'accent'),
  'thick, 40 %': () => bar(0.4, 'accent', true),
  'quiet, done': () => bar(1, 'quiet'),
  'warning, 80 %': () => bar(0.8, 'warning'),
  'shu, 60 %': () => bar(0.6, 'shu'),
  'end unknown': () => bar(null, 'accent'),
  spinner: () => <Spinner />,
  'loading pane': () => <LoadingPane />,
}
