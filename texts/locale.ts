/** The plural forms beside `other` that a language may have (CLDR, as i18next names them). */
export type PluralForm = 'zero' | 'one' | 'two' | 'few' | 'many'

/** The type of a translation of `T`: the same keys, any text; an `x_other` may have further plural forms. */
export type LocaleOf<T> = { readonly [K in keyof T]: T[K] extends string ? string : LocaleOf<T[K]> } & {
  readonly [K in keyof T as K extends `${infer Stem}_other` ? `${Stem}_${PluralForm}` : never]?: string
}
