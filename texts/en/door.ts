import type { LocaleOf } from '../locale.ts'
import type { door as ja } from '../ja/door.ts'

export const door: LocaleOf<typeof ja> = {
  title: 'Open the studio with a new link',
  why: 'A link works once. A new one is also needed after the studio was started anew.',
  press: 'Press Enter in the terminal where the studio runs, or run this command in another one.',
  open: 'Open the link that appears.',
  field: 'Or paste the link here',
  go: 'Open',
  refused: 'This link cannot be used. It was used already, or is of another studio.',
  kept: 'Your data and what was trained stay as they are.',
}
