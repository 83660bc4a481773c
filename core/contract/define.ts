import type { z } from 'zod'

/** Marks the type of a call's output or an event's payload; carries nothing at run time (only the host produces these values). */
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

/** One feature's calls (input schema, output type) and events; names become `feature.call` and `feature.event`. */
export const defineContract = <const C extends Contract>(contract: C): C => contract

type Joined<F extends string, N> = N extends string ? `${F}.${N}` : never

/** `{ datasets: contract, … }` → `{ 'datasets.list': definition, … }`, as types. */
export type CallsOf<All extends Record<string, Contract>> = {
  [K in { [F in keyof All & string]: Joined<F, keyof All[F]['calls']> }[keyof All & string]]: K extends `${infer F}.${infer N}`
    ? All[F]['calls'][N] extends { input: infer I extends z.ZodType; output: TypeOf<infer O> }
      ? { input: z.input<I>; parsed: z.output<I>; output: O }
      : never
    : never
}

/** `{ datasets: contract, … }` → `{ 'datasets.changed': payload, … }`, as types. */
export type EventsOf<All extends Record<string, Contract>> = {
  [K in { [F in keyof All & string]: Joined<F, keyof All[F]['events']> }[keyof All & string]]: K extends `${infer F}.${infer N}`
    ? All[F]['events'][N] extends TypeOf<infer P>
      ? P
      : never
    : never
}
