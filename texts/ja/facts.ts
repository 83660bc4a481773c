/** What stands in a sentence for a fact that is a code: `facts.<name of the fact>.<code>`. */
export const facts = {
  program: { desktop: 'デスクトップ版', web: 'ブラウザー版', cli: 'コマンド' },
  expected: { integer: '整数', number: '数値', boolean: 'オンかオフ（true か false）', text: '文字列' },
  /** Of a regular expression, as RE2 says it. */
  problem: {
    'missing )': '「)」が足りません',
    'unexpected )': '「)」が余っています',
    'missing ]': '「]」が足りません',
    'no argument for repetition operator': '繰り返しの記号の前に文字がありません',
    'bad repetition operator': '繰り返しの記号が続いています',
    'invalid repetition size': '繰り返しの回数が使えない値です',
    'invalid escape sequence': '「\\」の後の文字が使えません',
    'trailing \\': '最後が「\\」で終わっています',
    'invalid character class range': '「[ ]」の中の範囲か文字の種類が使えません',
    'invalid perl operator': '「(?」で始まる書き方が使えません',
    'invalid named capture group': 'グループの名前が使えません',
    'invalid UTF-8': '使えない文字があります',
    link: 'リンク',
    journal: '履歴',
  },
  reason: {
    'engine-exit': '計算エンジンが終了しました',
    'engine-unresponsive': '計算エンジンが応答しなくなりました',
    'studio-closed': 'アプリが閉じられました',
  },
} as const
