/** More columns than this are no table that anyone can look at. */
export const MAX_COLUMNS = 1000
