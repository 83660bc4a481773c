/** What stands in a sentence for a fact that is a code: `facts.<name of the fact>.<code>`. */
export const facts = {
  program: { desktop: 'デスクトップ版', web: 'ブラウザー版', cli: 'コマンド' },
  expected: { integer: '整数', number: '数値', boolean: 'オンかオフ（true か false）', text: '文字列' },
  reason: {
    'engine-exit': '計算エンジンが終了しました',
    'engine-unresponsive': '計算エンジンが応答しなくなりました',
    'studio-closed': 'アプリが閉じられました',
  },
} as const
