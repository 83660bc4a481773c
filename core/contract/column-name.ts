import { z } from 'zod'

/** More columns than this are no table that anyone can look at. */
export const MAX_COLUMNS = 1000

/** What is longer is a text, not a name. */
export const MAX_COLUMN_NAME_CHARACTERS = 1000

/** A column's name as a user gives it. */
export const ColumnName = z.string().trim().min(1).max(MAX_COLUMN_NAME_CHARACTERS)

/** The name without what lies beyond the longest one; no character is halved. */
export const cutColumnName = (name: string): string =>
  name.length > MAX_COLUMN_NAME_CHARACTERS
    ? name.slice(0, MAX_COLUMN_NAME_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')
    : name
