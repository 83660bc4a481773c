import type { z } from 'zod'

/**
 * Marks the type of a call's output or an event's payload; carries nothing at run time (only the host produces these
 * values).
 */
export interface TypeOf<T> {
  readonly _type?: T
}

/** The type mark of `T`. */
export const type = <T>(): TypeOf<T> => ({})

export interface CallDefinition {
  readonly input: z.ZodType
  readonly output: TypeOf<unknown>
}

export interface Contract {
  readonly calls: Record<string, CallDefinition>
  readonly events: Record<string, TypeOf<unknown>>
}

type PathWord = 'path' | 'file' | 'filename' | 'folder' | 'directory' | 'dir' | 'target' | 'destination' | 'location'
type SoundsLikePath<Name extends string> =
  Lowercase<Name> extends `${string}${PathWord | `${PathWord}s` | 'directories'}` ? true : false
type TakesAnyString<V> = string extends V ? true : V extends readonly (infer E)[] ? TakesAnyString<E> : false

/** The names in T that sound like paths although any string will do: such a field needs a schema of paths.ts. */
export type UnmarkedPath<T> = T extends string | number | boolean | null | undefined
  ? never
  : T extends readonly (infer E)[]
    ? UnmarkedPath<E>
    : T extends object
      ? {
          [K in keyof T & string]-?: SoundsLikePath<K> extends true
            ? true extends TakesAnyString<T[K]>
              ? K
              : UnmarkedPath<T[K]>
            : UnmarkedPath<T[K]>
        }[keyof T & string]
      : never

type Marked<D extends CallDefinition> = [UnmarkedPath<z.output<D['input']>>] extends [never]
  ? unknown
  : { readonly unmarkedPath: UnmarkedPath<z.output<D['input']>> }

/**
 * One feature's calls (input schema, output type) and events; names become `feature.call` and `feature.event`.
 * A call with a field that sounds like a path, but is not marked as one, does not compile.
 */
export const defineContract = <const C extends Contract>(
  contract: C & { readonly calls: { readonly [N in keyof C['calls']]: Marked<C['calls'][N]> } },
): C => contract

type Joined<F extends string, N> = N extends string ? `${F}.${N}` : never

/** `{ datasets: contract, … }` → `{ 'datasets.list': definition, … }`, as types. */
export type CallsOf<All extends Record<string, Contract>> = {
  [
    K in { [F in keyof All & string]: Joined<F, keyof All[F]['calls']> }[keyof All & string]
  ]: K extends `${infer F}.${infer N}`
    ? All[F]['calls'][N] extends { input: infer I extends z.ZodType; output: TypeOf<infer O> }
      ? { input: z.input<I>; parsed: z.output<I>; output: O }
      : never
    : never
}

/** `{ datasets: contract, … }` → `{ 'datasets.changed': payload, … }`, as types. */
export type EventsOf<All extends Record<string, Contract>> = {
  [
    K in { [F in keyof All & string]: Joined<F, keyof All[F]['events']> }[keyof All & string]
  ]: K extends `${infer F}.${infer N}` ? (All[F]['events'][N] extends TypeOf<infer P> ? P : never) : never
}
