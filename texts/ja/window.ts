/** Texts of the dialogs about a window that has failed. */
export const window = {
  gone: '画面が続けて停止しました。',
  goneHelp: '画面を開き直してください。続くときは、ほかのアプリを閉じてメモリを空けてください。',
  reopen: '開き直す',
  close: '閉じる',
  hung: '画面が応答していません。',
  hungHelp: 'しばらく待つか、画面を開き直してください。実行中の学習は止まりません。',
  wait: '待つ',
} as const
