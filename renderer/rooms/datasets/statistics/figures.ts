import type { DatasetStatistics, Distribution, HistogramBin, RoleStatistics } from '../../../../core/contract/index.ts'

export interface FigureSeries {
  readonly label: string
  /** One a bar; shares from 0 to 1 where the figure is one of shares. */
  readonly values: readonly number[]
}

/** What one chart shows, and its table the same. */
export interface Figure {
  readonly id: string
  readonly title: string
  /** What the bars are: the head of the table's first column. */
  readonly axis: string
  readonly labels: readonly string[]
  /** Under the bars, where the labels are too long for that. */
  readonly shortLabels?: readonly string[]
  readonly series: readonly FigureSeries[]
  /** `columns`: bars side by side on a scale of numbers; `rows`: named bars, one below the other. */
  readonly shape: 'columns' | 'rows'
  readonly unit: 'count' | 'share'
}

/** One line of the table of lengths. */
export interface LengthLine {
  readonly id: string
  readonly label: string
  readonly distribution: Distribution
}

/** The words of the figures in the reader's language. */
export interface FigureWords {
  readonly role: (role: RoleStatistics['role']) => string
  readonly characters: (role: string) => string
  readonly tokens: (role: string) => string
  readonly openings: (role: string) => string
  readonly atLeast: (from: number) => string
  readonly number: (value: number) => string
  readonly scriptNames: Readonly<Record<keyof RoleStatistics['scripts'], string>>
  readonly languageNames: Readonly<Record<keyof DatasetStatistics['languages'], string>>
  readonly titles: Readonly<Record<'turns' | 'scripts' | 'languages', string>>
  readonly axes: Readonly<Record<'characters' | 'tokens' | 'turns' | 'scripts' | 'languages' | 'openings', string>>
  readonly counts: Readonly<Record<'texts' | 'conversations' | 'rows', string>>
}

const SCRIPTS = ['hiragana', 'katakana', 'kanji', 'latin', 'digits', 'other'] as const
const LANGUAGES = ['ja', 'en', 'other'] as const

/**
 * The charts of a dataset's statistics, in the order in which they are shown; none about what the dataset does not
 * have.
 */
export function figuresOf({ roles, languages, turns }: DatasetStatistics, words: FigureWords): Figure[] {
  const filled = roles.filter(({ count }) => count > 0)
  const ofRole = (title: (role: string) => string, role: RoleStatistics) => ({
    id: '',
    title: title(words.role(role.role)),
  })
  const lengths = (unit: 'characters' | 'tokens') =>
    filled.flatMap((role) => {
      const found = role[unit]
      return found
        ? [
            {
              ...histogram(found, words),
              ...ofRole(words[unit], role),
              id: `${unit}-${role.role}`,
              axis: words.axes[unit],
              series: [{ label: words.counts.texts, values: countsOf(found) }],
            },
          ]
        : []
    })
  return [
    ...lengths('characters'),
    ...lengths('tokens'),
    ...(turns
      ? [
          {
            ...histogram(turns, words),
            id: 'turns',
            title: words.titles.turns,
            axis: words.axes.turns,
            series: [{ label: words.counts.conversations, values: countsOf(turns) }],
          },
        ]
      : []),
    ...(filled.length > 0 ? [scriptsFigure(filled, words), languagesFigure(languages, words)] : []),
    ...filled
      .filter(({ openings }) => openings.length > 0)
      .map((role) => ({
        ...openingsFigure(role, words),
        ...ofRole(words.openings, role),
        id: `openings-${role.role}`,
      })),
  ]
}

const countsOf = ({ histogram: bins }: Distribution): number[] => bins.map(({ count }) => count)

function histogram({ histogram: bins }: Distribution, words: FigureWords) {
  const label = ({ from, to }: HistogramBin) =>
    to === null
      ? words.atLeast(from)
      : to === from + 1
        ? words.number(from)
        : `${words.number(from)}–${words.number(to - 1)}`
  const shortLabel = ({ from, to }: HistogramBin) => (to === null ? words.atLeast(from) : words.number(from))
  return {
    shape: 'columns' as const,
    unit: 'count' as const,
    labels: bins.map(label),
    shortLabels: bins.map(shortLabel),
  }
}

const scriptsFigure = (roles: readonly RoleStatistics[], words: FigureWords): Figure => ({
  id: 'scripts',
  title: words.titles.scripts,
  axis: words.axes.scripts,
  shape: 'rows',
  unit: 'share',
  labels: SCRIPTS.map((script) => words.scriptNames[script]),
  series: roles.map(({ role, scripts }) => ({
    label: words.role(role),
    values: SCRIPTS.map((script) => scripts[script]),
  })),
})

const languagesFigure = (languages: DatasetStatistics['languages'], words: FigureWords): Figure => ({
  id: 'languages',
  title: words.titles.languages,
  axis: words.axes.languages,
  shape: 'rows',
  unit: 'count',
  labels: LANGUAGES.map((language) => words.languageNames[language]),
  series: [{ label: words.counts.rows, values: LANGUAGES.map((language) => languages[language]) }],
})

const openingsFigure = ({ openings }: RoleStatistics, words: FigureWords) => ({
  axis: words.axes.openings,
  shape: 'rows' as const,
  unit: 'count' as const,
  labels: openings.map(({ text }) => text),
  series: [{ label: words.counts.texts, values: openings.map(({ count }) => count) }],
})

/** The lines of the table of lengths: characters, then tokens of every role, then turns. */
export function lengthLines({ roles, turns }: DatasetStatistics, words: FigureWords): LengthLine[] {
  const lines = (['characters', 'tokens'] as const).flatMap((unit) =>
    roles.flatMap((role) => {
      const distribution = role[unit]
      return distribution
        ? [{ id: `${unit}-${role.role}`, label: words[unit](words.role(role.role)), distribution }]
        : []
    }),
  )
  return turns ? [...lines, { id: 'turns', label: words.titles.turns, distribution: turns }] : lines
}
