export const folders = {
  title: 'フォルダを選ぶ',
  help: 'ホームフォルダの中から選べます。',
  path: '今のフォルダ',
  home: 'ホーム',
  list: 'フォルダの一覧',
  empty: 'この中にフォルダはありません。',
  cut: 'フォルダが多いため、最初の {count} 個だけを表示しています。',
  up: '上のフォルダへ',
  make: '新しいフォルダ',
  name: '新しいフォルダの名前',
  create: '作成',
  use: '「{folder}」を使う',
} as const
