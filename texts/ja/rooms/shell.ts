export const shell = {
  rooms: '部屋',
  search: '検索',
  searchPlaceholder: '操作・データセット・実験・設定を検索',
  nothingFound: '見つかりませんでした。別の言葉で試してください。',
  running: '学習中の実験',
  hints: {
    home: '手順と、このパソコンの情報',
    datasets: '教える質問と回答の表',
    experiments: '学習の設定と結果',
    chat: '学習前後の答えを見比べる',
    models: '学習の土台になるモデル',
    settings: '表示とライブラリ',
  },
  palette: { commands: '操作', rooms: '移動', datasets: 'データセット', experiments: '実験', settings: '学習の設定' },
  commands: {
    newConversation: '新しい会話',
    toggleTheme: 'ライトとダークを切り替える',
    useThisLanguage: '日本語に切り替える',
    chooseLibrary: 'ライブラリのフォルダを選ぶ',
  },
  noHost: { title: 'アプリ本体につながっていません', text: 'ターミナルに表示されたリンクから開き直してください。' },
} as const
