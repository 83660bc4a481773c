import * as list from './list.ts'
import type { Mix } from './mix.ts'

export { tensorSize, typeIn, type Mix, type MixContext, type MixedTensor } from './mix.ts'

export type MixId = (typeof list)[keyof typeof list]['id']

/** Every mix by its name, as llama.cpp names them. */
export const mixes = Object.fromEntries(Object.values(list).map((mix) => [mix.id, mix])) as unknown as {
  readonly [Id in MixId]: Mix<Id>
}
