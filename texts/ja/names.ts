/** Names that the studio gives to what it makes for the user, in the language at that moment. */
export const names = {
  newDataset: '新しいデータセット',
  sample: 'サンプル',
  template: 'テンプレート',
  column: '列{number}',
  blank: '（空白）',
} as const
