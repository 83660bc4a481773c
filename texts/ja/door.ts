/** What a browser without a session sees: a used link, a window whose host was started anew, a bookmark. */
export const door = {
  title: '新しいリンクで開いてください',
  why: 'リンクは 1 回だけ使えます。寺子屋を起動し直したときも、新しいリンクが必要です。',
  press: '寺子屋を動かしているターミナルで Enter を押します。別のターミナルで次のコマンドを実行しても同じです。',
  open: '表示されたリンクを開きます。',
  field: 'または、リンクをここに貼り付けます',
  go: '開く',
  refused: 'このリンクは使えません。もう使われたか、別のスタジオのものです。',
  kept: 'データも学習の結果も、そのまま残っています。',
} as const
