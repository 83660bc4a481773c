/** A role whose texts are counted. */
export type CountedRole = 'system' | 'prompt' | 'answer'

/** Texts of so many characters are told apart as openings. */
export const OPENING_CHARACTERS = 8

/** Values from `from` up to but without `to`; null: everything from `from` on. */
export interface HistogramBin {
  readonly from: number
  readonly to: number | null
  readonly count: number
}

/** How values are distributed; exact, not estimated. */
export interface Distribution {
  readonly count: number
  readonly min: number
  readonly median: number
  readonly mean: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  /**
   * Bins of one width with round edges, without gaps; the last is open where a few values are far larger than the
   * others.
   */
  readonly histogram: readonly HistogramBin[]
}

export type Script = 'hiragana' | 'katakana' | 'kanji' | 'latin' | 'digits' | 'other'

export interface RoleStatistics {
  readonly role: CountedRole
  /** Texts that are there and not empty; a conversation in one cell gives one for every turn. */
  readonly count: number
  /** Rows (turns) without such a text. */
  readonly emptyCount: number
  /** Characters of a text (Unicode code points); null where there is no text. */
  readonly characters: Distribution | null
  /** Tokens of a text, of the sampled rows; null without a model. */
  readonly tokens: Distribution | null
  /** 0 … 1: of all characters but white space. */
  readonly scripts: Readonly<Record<Script, number>>
  /** The most frequent first characters, most frequent first. */
  readonly openings: readonly { readonly text: string; readonly count: number }[]
}

/** Which rows the tokens were counted of: `rowCount` rows chosen by chance, the same for the same seed. */
export interface TokenSample {
  readonly modelId: string
  readonly rowCount: number
  readonly seed: number
  /** True where that is every row. */
  readonly isWhole: boolean
}

/** What a dataset's texts are like. */
export interface DatasetStatistics {
  readonly name: string
  /** Of the dataset that was counted. */
  readonly version: number
  readonly rowCount: number
  /** Only the roles that the dataset has. */
  readonly roles: readonly RoleStatistics[]
  /** Rows with any text, by the script of most of it: Japanese has kana or kanji, English has Latin letters. */
  readonly languages: { readonly ja: number; readonly en: number; readonly other: number }
  /** Questions with their answers a conversation; null where every row stands for itself. */
  readonly turns: Distribution | null
  /** Rows whose texts are those of an earlier row, and how many texts they repeat. */
  readonly duplicates: { readonly rowCount: number; readonly textCount: number }
  readonly tokenSample: TokenSample | null
}
