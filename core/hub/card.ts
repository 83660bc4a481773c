const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n[^]*?\r?\n---[ \t]*(?:\r?\n|$)/

/** The text of a README.md. */
export const withoutFrontMatter = (text: string): string => text.replace(FRONT_MATTER, '').trimStart()
