export const shell = {
  rooms: '部屋',
  search: '検索',
  searchPlaceholder: '操作・データセット・実験・設定を検索',
  nothingFound: '見つかりませんでした。別の言葉で試してください。',
  running: '学習中の実験',
  palette: { commands: '操作', rooms: '移動' },
  noHost: { title: 'アプリ本体につながっていません', text: 'ターミナルに表示されたリンクから開き直してください。' },
} as const
