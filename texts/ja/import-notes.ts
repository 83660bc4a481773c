/** What was chosen on the way from a file to a table and the user may want otherwise. */
export const importNotes = {
  'sheet-with-columns':
    '「{passedOver}」には質問と回答の列がないため、列のあるシート「{sheet}」を選びました。違う場合はシートを選び直してください。',
  'sheet-hidden':
    '表示されているシートが空のため、非表示のシート「{sheet}」を選びました。違う場合はシートを選び直してください。',
} as const
