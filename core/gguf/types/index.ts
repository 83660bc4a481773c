import * as list from './list.ts'
import type { GgufType } from './type.ts'

export type { GgufType } from './type.ts'

export type TypeName = (typeof list)[keyof typeof list]['name']

/** Every tensor type that is read, by name. */
export const ggufTypes = Object.fromEntries(Object.values(list).map((type) => [type.name, type])) as unknown as {
  readonly [Name in TypeName]: GgufType<Name>
}

const byId = new Map<number, GgufType<TypeName>>(Object.values(list).map((type) => [type.id, type]))

/** The type with this number in a file; undefined for one that is not known. */
export const typeOfId = (id: number): GgufType<TypeName> | undefined => byId.get(id)

/** Bytes of so many numbers, which are whole blocks. */
export const bytesOf = ({ blockSize, blockBytes }: GgufType, count: number): number => (count / blockSize) * blockBytes
