/** What each check of a dataset is called, why it matters, and what its repair does, where it has one. */
export const checks = {
  'split-pairs': {
    title: '質問と回答が 2 行に分かれています',
    why: '途中の改行のため、質問だけの行と回答だけの行になっています。このままでは学習できません。',
    repair: '1 行にまとめる',
  },
  'repeated-header': {
    title: '見出しの行が途中にあります',
    why: 'ファイルをつないだときの見出しが、データとして学習されます。',
    repair: '行を削除',
  },
  placeholder: {
    title: 'テンプレートの例が残っています',
    why: '説明のための文が、そのまま学習されます。',
    repair: '行を削除',
  },
  'empty-row': { title: '空の行があります', why: '学習には使われません。', repair: '行を削除' },
  'empty-prompt': { title: '質問が空です', why: '何に答えているのかを学習できません。', repair: '行を削除' },
  'empty-answer': { title: '回答が空です', why: '回答のない行は学習に使われません。', repair: '行を削除' },
  'outer-space': {
    title: '前後に余分な空白があります',
    why: 'モデルは空白や改行も覚えます。',
    repair: '空白を取り除く',
  },
  'control-characters': {
    title: '見えない文字が混ざっています',
    why: 'ほかのソフトやウェブページから写った制御文字です。',
    repair: '見えない文字を取り除く',
  },
  mojibake: {
    title: '文字化けのようです',
    why: '違う文字コードで読み込まれた可能性があります。元のファイルを、文字コードを選んで取り込み直してください。',
  },
  'mixed-width': {
    title: '全角と半角が混ざっています',
    why: '同じ語が別の語として学習されます。そろえると「！？」や「①」も半角や普通の数字になります。',
    repair: 'そろえる（NFKC）',
  },
  'unbalanced-quotes': { title: '引用符の対応が合いません', why: 'CSV が途中で切れて読み込まれた可能性があります。' },
  duplicate: {
    title: '同じ内容の行があります',
    why: 'わざとくり返して覚えさせるのでなければ、1 つだけ残すのがおすすめです。',
    repair: '1 つだけ残す',
  },
  'near-duplicate': {
    title: 'ほとんど同じ行があります',
    why: '空白、記号、全角と半角、大文字と小文字だけが違います。',
    repair: '1 つだけ残す',
  },
  contradiction: { title: '同じ質問に違う回答があります', why: 'モデルはどちらを答えればよいか分からなくなります。' },
  'too-long': { title: '長すぎる行があります', why: '学習では最大トークン数で切り落とされます。' },
  personal: {
    title: '個人情報のようなものがあります',
    why: 'メールアドレス、電話番号、マイナンバーのような数字です。モデルが覚えて答えることがあります。',
  },
} as const
