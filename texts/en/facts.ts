import type { LocaleOf } from '../locale.ts'
import type { facts as ja } from '../ja/facts.ts'

export const facts: LocaleOf<typeof ja> = {
  program: { desktop: 'the desktop studio', web: 'the browser studio', cli: 'a command' },
  expected: { integer: 'a whole number', number: 'a number', boolean: 'on or off (true or false)', text: 'a text' },
  problem: {
    'missing )': 'a ")" is missing',
    'unexpected )': 'there is a ")" too many',
    'missing ]': 'a "]" is missing',
    'no argument for repetition operator': 'nothing stands before the sign of repetition',
    'bad repetition operator': 'signs of repetition follow each other',
    'invalid repetition size': 'the number of repetitions cannot be used',
    'invalid escape sequence': 'the character after "\\" cannot be used',
    'trailing \\': 'it ends with "\\"',
    'invalid character class range': 'a range or kind of characters in "[ ]" cannot be used',
    'invalid perl operator': 'something that begins with "(?" cannot be used',
    'invalid named capture group': 'the name of a group cannot be used',
    'invalid UTF-8': 'a character cannot be used',
    link: 'a link',
    journal: 'the history',
  },
  reason: {
    'engine-exit': 'the engine ended',
    'engine-unresponsive': 'the engine stopped responding',
    'studio-closed': 'the studio was closed',
  },
}
