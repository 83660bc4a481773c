import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../../language/index.ts'
import type { FigureWords } from './figures.ts'

/** The words of the figures in the language of the interface. */
export function useFigureWords(): FigureWords {
  const { t } = useTranslation('statistics')
  const format = useFormat()
  return useMemo(
    () => ({
      role: (role) => t(`role.${role}`),
      characters: (role) => t('charactersOf', { role }),
      tokens: (role) => t('tokensOf', { role }),
      openings: (role) => t('openingsOf', { role }),
      atLeast: (from) => t('atLeast', { from: format.number(from) }),
      number: format.number,
      scriptNames: {
        hiragana: t('script.hiragana'),
        katakana: t('script.katakana'),
        kanji: t('script.kanji'),
        latin: t('script.latin'),
        digits: t('script.digits'),
        other: t('script.other'),
      },
      languageNames: { ja: t('language.ja'), en: t('language.en'), other: t('language.other') },
      titles: { turns: t('turns'), scripts: t('scripts'), languages: t('languages') },
      axes: {
        characters: t('axis.characters'),
        tokens: t('axis.tokens'),
        turns: t('axis.turns'),
        scripts: t('axis.scripts'),
        languages: t('axis.languages'),
        openings: t('axis.openings'),
      },
      counts: { texts: t('count.texts'), conversations: t('count.conversations'), rows: t('count.rows') },
    }),
    [t, format],
  )
}
