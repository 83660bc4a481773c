/** The type of a translation of `T`: the same keys, any text; an `x_other` may have its `x_one`. */
export type LocaleOf<T> = { readonly [K in keyof T]: T[K] extends string ? string : LocaleOf<T[K]> } & {
  readonly [K in keyof T as K extends `${infer P}_other` ? `${P}_one` : never]?: string
}
