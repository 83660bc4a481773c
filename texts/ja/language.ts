/** The language itself. */
export const language = {
  /** Its own name, as the menu of languages shows it in every language. */
  name: '日本語',
  /** BCP 47: dates, numbers and the controls of the window follow it. */
  locale: 'ja-JP',
  /** BCP 47: as `locale`, for numbers with few digits (1570万). */
  compactLocale: 'ja-JP',
} as const
