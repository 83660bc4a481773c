// What a library's folder holds. What else lies there is the user's own and left alone.
import { join } from 'node:path'
import { libraryKinds, type LibraryKind } from '../contract/index.ts'

/** The folders of a library have the names of their kinds. */
export const placeIn = (folder: string, kind: LibraryKind): string => join(folder, kind)

export const placesIn = (folder: string): readonly (readonly [kind: LibraryKind, place: string])[] =>
  libraryKinds.map((kind) => [kind, placeIn(folder, kind)])
