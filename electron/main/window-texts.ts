/** Texts of the dialogs about a window that has failed. */
export const windowTexts = {
  gone: { ja: '画面が続けて停止しました。', en: 'The window has stopped twice.' },
  goneHelp: {
    ja: '画面を開き直してください。続くときは、ほかのアプリを閉じてメモリを空けてください。',
    en: 'Open it again. If it keeps stopping, close other applications to free memory.',
  },
  reopen: { ja: '開き直す', en: 'Open again' },
  close: { ja: '閉じる', en: 'Close' },
  hung: { ja: '画面が応答していません。', en: 'The window does not respond.' },
  hungHelp: {
    ja: 'しばらく待つか、画面を開き直してください。実行中の学習は止まりません。',
    en: 'Wait a little, or open it again. A training that runs goes on.',
  },
  wait: { ja: '待つ', en: 'Wait' },
} as const
