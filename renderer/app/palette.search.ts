import type { PaletteItem } from '../commands/index.ts'

/** One form for what counts as the same: width and case; katakana as hiragana. */
export const fold = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))

/** The items that hold every word of the query, best first: beginning of the label, then within it, then elsewhere. */
export function searchItems<T extends PaletteItem>(items: readonly T[], query: string): T[] {
  const words = fold(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...items]
  return items
    .map((item, index) => ({ item, index, rank: rankOf(item, words) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank as number) - (b.rank as number) || a.index - b.index)
    .map(({ item }) => item)
}

function rankOf({ label, detail = '', keywords }: PaletteItem, words: readonly string[]): number | null {
  const name = fold(label)
  const rest = fold(`${detail} ${keywords}`)
  if (!words.every((word) => name.includes(word) || rest.includes(word))) return null
  if (words[0] !== undefined && name.startsWith(words[0])) return 0
  return words.every((word) => name.includes(word)) ? 1 : 2
}
