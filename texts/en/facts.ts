import type { LocaleOf } from '../locale.ts'
import type { facts as ja } from '../ja/facts.ts'

export const facts: LocaleOf<typeof ja> = {
  program: { desktop: 'the desktop studio', web: 'the browser studio', cli: 'a command' },
  expected: { integer: 'a whole number', number: 'a number', boolean: 'on or off (true or false)', text: 'a text' },
  reason: {
    'engine-exit': 'the engine ended',
    'engine-unresponsive': 'the engine stopped responding',
    'studio-closed': 'the studio was closed',
  },
}
