import type { CheckId } from './checks.ts'

interface CheckText {
  readonly ja: string
  readonly en: string
}

/** What each check is called, why it matters, and what its repair does, for the window and the command line. */
export const checkTexts: Readonly<
  Record<CheckId, { readonly title: CheckText; readonly why: CheckText; readonly repair: CheckText | null }>
> = {
  'split-pairs': {
    title: { ja: '質問と回答が 2 行に分かれています', en: 'A question and its answer lie in two rows' },
    why: {
      ja: '途中の改行のため、質問だけの行と回答だけの行になっています。このままでは学習できません。',
      en: 'A line break in between has made a row of the question alone and one of the answer alone. They cannot be learnt so.',
    },
    repair: { ja: '1 行にまとめる', en: 'Join them' },
  },
  'repeated-header': {
    title: { ja: '見出しの行が途中にあります', en: 'The header is repeated inside' },
    why: {
      ja: 'ファイルをつないだときの見出しが、データとして学習されます。',
      en: 'A header that came with another file would be learnt as data.',
    },
    repair: { ja: '行を削除', en: 'Delete the rows' },
  },
  placeholder: {
    title: { ja: 'テンプレートの例が残っています', en: 'Rows of the template are left' },
    why: { ja: '説明のための文が、そのまま学習されます。', en: 'Their explanations would be learnt as they are.' },
    repair: { ja: '行を削除', en: 'Delete the rows' },
  },
  'empty-row': {
    title: { ja: '空の行があります', en: 'Empty rows' },
    why: { ja: '学習には使われません。', en: 'They are not used for training.' },
    repair: { ja: '行を削除', en: 'Delete the rows' },
  },
  'empty-prompt': {
    title: { ja: '質問が空です', en: 'The question is empty' },
    why: { ja: '何に答えているのかを学習できません。', en: 'The model cannot learn what is being answered.' },
    repair: { ja: '行を削除', en: 'Delete the rows' },
  },
  'empty-answer': {
    title: { ja: '回答が空です', en: 'The answer is empty' },
    why: { ja: '回答のない行は学習に使われません。', en: 'Rows without an answer are not used for training.' },
    repair: { ja: '行を削除', en: 'Delete the rows' },
  },
  'outer-space': {
    title: { ja: '前後に余分な空白があります', en: 'Spaces around the text' },
    why: { ja: 'モデルは空白や改行も覚えます。', en: 'The model learns spaces and line breaks too.' },
    repair: { ja: '空白を取り除く', en: 'Remove them' },
  },
  'control-characters': {
    title: { ja: '見えない文字が混ざっています', en: 'Invisible characters' },
    why: {
      ja: 'ほかのソフトやウェブページから写った制御文字です。',
      en: 'Control characters that came with another program or a web page.',
    },
    repair: { ja: '見えない文字を取り除く', en: 'Remove them' },
  },
  mojibake: {
    title: { ja: '文字化けのようです', en: 'Garbled text' },
    why: {
      ja: '違う文字コードで読み込まれた可能性があります。元のファイルを、文字コードを選んで取り込み直してください。',
      en: 'It was probably read in a wrong encoding. Import the file again and choose its encoding.',
    },
    repair: null,
  },
  'mixed-width': {
    title: { ja: '全角と半角が混ざっています', en: 'Full-width and half-width forms are mixed' },
    why: {
      ja: '同じ語が別の語として学習されます。そろえると「！？」や「①」も半角や普通の数字になります。',
      en: 'The same word is learnt as different ones. Unifying also changes ！？ and ① to their plain forms.',
    },
    repair: { ja: 'そろえる（NFKC）', en: 'Unify (NFKC)' },
  },
  'unbalanced-quotes': {
    title: { ja: '引用符の対応が合いません', en: 'Quotes do not match' },
    why: {
      ja: 'CSV が途中で切れて読み込まれた可能性があります。',
      en: 'The CSV may have been cut in the wrong places.',
    },
    repair: null,
  },
  duplicate: {
    title: { ja: '同じ内容の行があります', en: 'Equal rows' },
    why: {
      ja: 'わざとくり返して覚えさせるのでなければ、1 つだけ残すのがおすすめです。',
      en: 'Keep one, unless they are repeated on purpose.',
    },
    repair: { ja: '1 つだけ残す', en: 'Keep one' },
  },
  'near-duplicate': {
    title: { ja: 'ほとんど同じ行があります', en: 'Nearly equal rows' },
    why: {
      ja: '空白、記号、全角と半角、大文字と小文字だけが違います。',
      en: 'They differ in spaces, punctuation, width and case only.',
    },
    repair: { ja: '1 つだけ残す', en: 'Keep one' },
  },
  contradiction: {
    title: { ja: '同じ質問に違う回答があります', en: 'One question with several answers' },
    why: {
      ja: 'モデルはどちらを答えればよいか分からなくなります。',
      en: 'The model cannot tell which of them to give.',
    },
    repair: null,
  },
  'too-long': {
    title: { ja: '長すぎる行があります', en: 'Rows that are too long' },
    why: {
      ja: '学習では最大トークン数で切り落とされます。',
      en: 'Training cuts them off at the maximum number of tokens.',
    },
    repair: null,
  },
  personal: {
    title: { ja: '個人情報のようなものがあります', en: 'What may be personal data' },
    why: {
      ja: 'メールアドレス、電話番号、マイナンバーのような数字です。モデルが覚えて答えることがあります。',
      en: 'Mail addresses, phone numbers or numbers like an individual number. The model may learn and repeat them.',
    },
    repair: null,
  },
}
