/** Height of a row: two lines of text and 4 px above and below. Grid.module.css draws with the same numbers. */
export const ROW_PX = 44
export const HEADER_PX = 36
