/** Named sets of settings for the form. */
export const presets = {
  'first-try': { label: 'まず試す', help: '少ないデータで 1 つの事実を教えるチュートリアルの設定です。' },
} as const
