/** What was chosen on the way from a file to a table and the user may want otherwise, and what is lost there. */
export const importNotes = {
  'sheet-with-columns':
    '「{passedOver}」には質問と回答の列がないため、列のあるシート「{sheet}」を選びました。違う場合はシートを選び直してください。',
  'sheet-hidden':
    '表示されているシートが空のため、非表示のシート「{sheet}」を選びました。違う場合はシートを選び直してください。',
  'entry-chosen': '「{entry}」を読み込みます（ほかに {others}）。違う場合は選び直してください。',
  unreadable:
    '読めない文字が {count} 個あり、「�」になります（{rows} 行目）。文字コードを選び直すか、その行を直してください。',
  'unreadable-names': '列の名前に読めない文字が {count} 個あり、「�」になります。文字コードを確かめてください。',
} as const
