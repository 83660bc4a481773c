/** A row's texts; null where a cell is missing, '' where it is empty. */
export type Cells = readonly (string | null)[]
