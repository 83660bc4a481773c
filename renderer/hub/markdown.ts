export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }

/**
 * The blocks of a model card: headings, paragraphs, lists, code; front matter and lines that only divide are left out.
 * Text stays text: nothing becomes HTML.
 */
export function parseBlocks(markdown: string): Block[] {
  const lines = withoutFrontMatter(markdown.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/))
  const blocks: Block[] = []
  let index = 0
  const takeWhile = (test: (line: string) => boolean): string[] => {
    const start = index
    while (index < lines.length && test(lines[index] ?? '')) index += 1
    return lines.slice(start, index)
  }
  while (index < lines.length) {
    const line = lines[index] ?? ''
    const heading = /^(#{1,6})\s+(.*)$/.exec(line)
    const underline = isParagraph(line) ? /^ {0,3}(=+|-+)\s*$/.exec(lines[index + 1] ?? '') : null
    if (line.trim() === '' || isDivider(line)) index += 1
    else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: plain(heading[2] ?? '') })
      index += 1
    } else if (underline) {
      blocks.push({ kind: 'heading', level: underline[1]?.startsWith('=') ? 1 : 2, text: plain(line.trim()) })
      index += 2
    } else if (line.startsWith('```')) {
      index += 1
      blocks.push({ kind: 'code', text: takeWhile((each) => !each.startsWith('```')).join('\n') })
      index += 1
    } else if (isItem(line))
      blocks.push({
        kind: 'list',
        items: takeWhile((each) => isItem(each)).map((each) => plain(each.replace(/^\s*(?:[-*]|\d+\.)\s+/, ''))),
      })
    else blocks.push({ kind: 'paragraph', text: plain(takeWhile(isParagraph).reduce(joinLines)) })
  }
  return blocks
}

const isItem = (line: string): boolean => /^\s*(?:[-*]|\d+\.)\s+/.test(line) && !isDivider(line)
const isDivider = (line: string): boolean => /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/.test(line)
const isParagraph = (line: string): boolean =>
  line.trim() !== '' && !/^#{1,6}\s/.test(line) && !line.startsWith('```') && !isItem(line) && !isDivider(line)

/** Front matter is YAML between lines of three dashes at the very beginning. Where no line ends it, there is none. */
function withoutFrontMatter(lines: readonly string[]): readonly string[] {
  const isText = (line: string): boolean => line.trim() !== ''
  const begin = lines.findIndex(isText)
  if (lines[begin]?.trimEnd() !== '---') return lines
  const inner = lines.slice(begin + 1)
  const end = inner.findIndex((line) => /^(?:---|\.\.\.)\s*$/.test(line))
  const first = inner.find(isText) ?? ''
  const isYaml = end === inner.indexOf(first) || /^(?:#|- |["']?[\w ./-]+["']?\s*:)/.test(first)
  return end >= 0 && isYaml ? inner.slice(end + 1) : lines
}

/** Japanese lines join without a space, others with one. */
const joinLines = (text: string, line: string): string =>
  /[\u3000-\u9fff\uff00-\uffef]$/.test(text) ? text + line : `${text} ${line}`

const plain = (text: string): string =>
  text
    .replace(/\*\*(.+?)\*\*/g, '$1')
    .replace(/`([^`]+)`/g, '$1')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '$1 ($2)')
