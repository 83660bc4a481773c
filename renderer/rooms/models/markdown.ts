export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string }

/**
 * The blocks of a model card: headings, paragraphs, lists, code; front matter is left out. Text stays text: nothing
 * becomes HTML.
 */
export function parseBlocks(markdown: string): Block[] {
  const lines = markdown
    .replaceAll('\r\n', '\n')
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .split('\n')
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
    if (line.trim() === '') index += 1
    else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: plain(heading[2] ?? '') })
      index += 1
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

const isItem = (line: string): boolean => /^\s*(?:[-*]|\d+\.)\s+/.test(line)
const isParagraph = (line: string): boolean =>
  line.trim() !== '' && !/^#{1,6}\s/.test(line) && !line.startsWith('```') && !isItem(line)

/** Japanese lines join without a space, others with one. */
const joinLines = (text: string, line: string): string =>
  /[\u3000-\u9fff\uff00-\uffef]$/.test(text) ? text + line : `${text} ${line}`

const plain = (text: string): string =>
  text
    .replace(/\*\*(.+?)\*\*/g, '$1')
    .replace(/`([^`]+)`/g, '$1')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '$1 ($2)')
