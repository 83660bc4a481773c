export type Align = 'start' | 'center' | 'end'

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** `first`: the number of the first item; null for a list of dots. */
  | { readonly kind: 'list'; readonly first: number | null; readonly items: readonly string[] }
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly aligns: readonly Align[]
      readonly rows: readonly (readonly string[])[]
    }

export interface ParseOptions {
  /**
   * `card`: front matter is left out, and lines of a paragraph join. `message`: every line stays, as the model wrote
   * it.
   */
  readonly as: 'card' | 'message'
}

/** The blocks of a text; lines that only divide are left out. Text stays text: nothing becomes HTML. */
export function parseBlocks(markdown: string, { as }: ParseOptions): Block[] {
  const whole = markdown.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const lines = new Lines(as === 'card' ? withoutFrontMatter(whole) : whole)
  const join = as === 'card' ? joinLines : (text: string, line: string) => `${text}\n${line}`
  const blocks: Block[] = []
  while (!lines.isOver()) {
    const block = tableAt(lines) ?? blockAt(lines, join)
    if (block) blocks.push(block)
  }
  return blocks
}

/** Lines that are taken one after the other. */
class Lines {
  readonly #lines: readonly string[]
  #index = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  isOver = (): boolean => this.#index >= this.#lines.length
  /** The line `ahead` of the next one, which is 0; empty past the end. */
  peek = (ahead = 0): string => this.#lines[this.#index + ahead] ?? ''
  skip = (count = 1): void => void (this.#index += count)
  takeWhile(test: (line: string) => boolean): string[] {
    const start = this.#index
    while (!this.isOver() && test(this.peek())) this.#index += 1
    return this.#lines.slice(start, this.#index)
  }
}

function blockAt(lines: Lines, join: (text: string, line: string) => string): Block | null {
  const line = lines.peek()
  if (line.trim() === '' || isDivider(line)) {
    lines.skip()
    return null
  }
  const heading = /^(#{1,6})\s+(.*)$/.exec(line)
  if (heading) {
    lines.skip()
    return { kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }
  }
  const underline = isParagraph(line) ? /^ {0,3}(=+|-+)\s*$/.exec(lines.peek(1)) : null
  if (underline) {
    lines.skip(2)
    return { kind: 'heading', level: underline[1]?.startsWith('=') ? 1 : 2, text: line.trim() }
  }
  if (line.startsWith('```')) {
    lines.skip()
    const text = lines.takeWhile((each) => !each.startsWith('```')).join('\n')
    lines.skip()
    return { kind: 'code', text }
  }
  if (isQuote(line)) {
    const quoted = lines.takeWhile(isQuote).map((each) => each.replace(/^ {0,3}> ?/, ''))
    return { kind: 'quote', text: quoted.join('\n') }
  }
  if (isItem(line)) {
    const number = /^\s*(\d{1,9})\./.exec(line)?.[1]
    const items = lines.takeWhile(isItem).map((each) => each.replace(ITEM, ''))
    return { kind: 'list', first: number === undefined ? null : Number(number), items }
  }
  const [first = '', ...more] = lines.takeWhile(isParagraph)
  return { kind: 'paragraph', text: more.reduce(join, first) }
}

/** A line of cells, a line of dashes below it, and the lines of cells that follow. */
function tableAt(lines: Lines): Block | null {
  const head = cellsOf(lines.peek())
  const rule = cellsOf(lines.peek(1))
  const isRule = rule?.every((cell) => /^:?-+:?$/.test(cell)) ?? false
  if (!head || !rule || !isRule || head.length !== rule.length) return null
  lines.skip(2)
  const rows = lines.takeWhile((line) => cellsOf(line) !== null).map((line) => cellsOf(line) ?? [])
  return {
    kind: 'table',
    head,
    aligns: rule.map((cell) => (cell.endsWith(':') ? (cell.startsWith(':') ? 'center' : 'end') : 'start')),
    rows: rows.map((row) => head.map((_, index) => row[index] ?? '')),
  }
}

/** The cells of a line with bars between them; null for a line without any. */
function cellsOf(line: string): string[] | null {
  const text = line.trim()
  if (!text.includes('|')) return null
  const inner = text.replace(/^\|/, '').replace(/\|$/, '')
  return inner.split('|').map((cell) => cell.trim())
}

export type Span = { readonly kind: 'text' | 'strong' | 'code'; readonly text: string }

/** Bold and code within a line; links are written out, so that nothing is hidden behind a word. */
export function parseSpans(text: string): Span[] {
  const spans: Span[] = []
  let end = 0
  const say = (kind: Span['kind'], said: string) => said !== '' && spans.push({ kind, text: said })
  for (const match of text.matchAll(/`([^`\n]+)`|\*\*([^*\n]+)\*\*/g)) {
    say('text', withLinks(text.slice(end, match.index)))
    if (match[1] === undefined) say('strong', withLinks(match[2] ?? ''))
    else say('code', match[1])
    end = match.index + match[0].length
  }
  say('text', withLinks(text.slice(end)))
  return spans
}

const withLinks = (text: string): string => text.replace(/!?\[([^[\]\n]{1,500})\]\(([^()\s]{1,2000})\)/g, '$1 ($2)')

const ITEM = /^\s*(?:[-*]|\d{1,9}\.)\s+/
const isItem = (line: string): boolean => ITEM.test(line) && !isDivider(line)
const isQuote = (line: string): boolean => /^ {0,3}>/.test(line)
const isDivider = (line: string): boolean => /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/.test(line)
const isParagraph = (line: string): boolean =>
  line.trim() !== '' &&
  !/^#{1,6}\s/.test(line) &&
  !line.startsWith('```') &&
  !isItem(line) &&
  !isQuote(line) &&
  !isDivider(line)

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
