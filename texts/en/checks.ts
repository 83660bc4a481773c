import type { LocaleOf } from '../locale.ts'
import type { checks as ja } from '../ja/checks.ts'

export const checks: LocaleOf<typeof ja> = {
  'split-pairs': {
    title: 'A question and its answer lie in two rows',
    why: 'A line break in between has made a row of the question alone and one of the answer alone. They cannot be learnt so.',
    repair: 'Join them',
  },
  'repeated-header': {
    title: 'The header is repeated inside',
    why: 'A header that came with another file would be learnt as data.',
    repair: 'Delete the rows',
  },
  placeholder: {
    title: 'Rows of the template are left',
    why: 'Their explanations would be learnt as they are.',
    repair: 'Delete the rows',
  },
  'empty-row': { title: 'Empty rows', why: 'They are not used for training.', repair: 'Delete the rows' },
  'empty-prompt': {
    title: 'The question is empty',
    why: 'The model cannot learn what is being answered.',
    repair: 'Delete the rows',
  },
  'empty-answer': {
    title: 'The answer is empty',
    why: 'Rows without an answer are not used for training.',
    repair: 'Delete the rows',
  },
  'outer-space': {
    title: 'Spaces around the text',
    why: 'The model learns spaces and line breaks too.',
    repair: 'Remove them',
  },
  'control-characters': {
    title: 'Invisible characters',
    why: 'Control characters that came with another program or a web page.',
    repair: 'Remove them',
  },
  mojibake: {
    title: 'Garbled text',
    why: 'It was probably read in a wrong encoding. Import the file again and choose its encoding.',
  },
  'mixed-width': {
    title: 'Full-width and half-width forms are mixed',
    why: 'The same word is learnt as different ones. Unifying also changes ！？ and ① to their plain forms.',
    repair: 'Unify (NFKC)',
  },
  'unbalanced-quotes': { title: 'Quotes do not match', why: 'The CSV may have been cut in the wrong places.' },
  duplicate: { title: 'Equal rows', why: 'Keep one, unless they are repeated on purpose.', repair: 'Keep one' },
  'near-duplicate': {
    title: 'Nearly equal rows',
    why: 'They differ in spaces, punctuation, width and case only.',
    repair: 'Keep one',
  },
  contradiction: { title: 'One question with several answers', why: 'The model cannot tell which of them to give.' },
  'too-long': { title: 'Rows that are too long', why: 'Training cuts them off at the maximum number of tokens.' },
  personal: {
    title: 'What may be personal data',
    why: 'Mail addresses, phone numbers or numbers like an individual number. The model may learn and repeat them.',
  },
}
