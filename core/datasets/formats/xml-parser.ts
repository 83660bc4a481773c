import { decodePieces } from './encoding.ts'
import type { ReadRows } from './read-rows.ts'

/** A tag's attributes by their local names; of several the first counts. They are parsed when they are asked for. */
export class XmlAttributes {
  readonly #text: string
  #values: Map<string, string> | undefined

  constructor(text: string) {
    this.#text = text
  }

  get(name: string): string | undefined {
    this.#values ??= valuesOf(this.#text)
    return this.#values.get(name)
  }
}

function valuesOf(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const [, name = '', double, single = ''] of text.matchAll(
    /(?:[^\s=:"']+:)?([^\s=:"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  ))
    if (!values.has(name)) values.set(name, decodeEntities(double ?? single))
  return values
}

/** Takes what a document holds, in its order. Names come without prefix; a text may come in several parts. */
export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void
  close(name: string): void
  text(text: string): void
}

/** A tag or comment of more characters is none of a spreadsheet. */
const MAX_MARKUP = 1 << 22

/**
 * Parses XML that comes in pieces cut anywhere. Entities of the document's own are left as they are written, so that
 * nothing grows. Throws Error where the document is cut off or a tag has no end.
 */
export class XmlParser {
  readonly #handler: XmlHandler
  #rest = ''
  #depth = 0
  #hasRoot = false

  constructor(handler: XmlHandler) {
    this.#handler = handler
  }

  write(piece: string): void {
    const text = this.#rest + piece
    let at = 0
    for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
      if (start > at) this.#give(text.slice(at, start))
      at = start
      const end = this.#markup(text, start)
      if (end < 0) break
      at = end
    }
    const isMarkup = text[at] === '<'
    const kept = isMarkup ? text.length - at : (/(?:&[^;&]{0,32}|\r)$/.exec(text.slice(at))?.[0].length ?? 0)
    if (kept > MAX_MARKUP) throw new Error('markup without end')
    if (!isMarkup) this.#give(text.slice(at, text.length - kept))
    this.#rest = text.slice(text.length - kept)
  }

  end(): void {
    if (this.#depth > 0 || !this.#hasRoot || this.#rest.startsWith('<')) throw new Error('cut off')
  }

  #give(text: string): void {
    if (text === '' || this.#depth === 0) return
    this.#handler.text(decodeEntities(text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text))
  }

  /** Takes the markup at `start`; returns the index behind it, -1 where its end is still to come. */
  #markup(text: string, start: number): number {
    if (text[start + 1] === '?') return behind(text, '?>', start)
    if (text[start + 1] === '!') return this.#declaration(text, start)
    const end = endOfTag(text, start)
    if (end < 0) return -1
    if (text[start + 1] === '/') {
      this.#close(localName(text.slice(start + 2, end - 1).trim()))
      return end
    }
    const isClosed = text[end - 2] === '/'
    const tag = text.slice(start + 1, isClosed ? end - 2 : end - 1)
    const space = tag.search(/\s/)
    const name = localName(space < 0 ? tag : tag.slice(0, space))
    this.#hasRoot = true
    this.#depth++
    this.#handler.open(name, new XmlAttributes(space < 0 ? '' : tag.slice(space)))
    if (isClosed) this.#close(name)
    return end
  }

  #close(name: string): void {
    this.#depth--
    this.#handler.close(name)
  }

  #declaration(text: string, start: number): number {
    const mark = text.slice(start, start + 9)
    if (mark.startsWith('<!--')) return behind(text, '-->', start + 4)
    if (mark === '<![CDATA[') {
      const end = behind(text, ']]>', start)
      if (end >= 0 && this.#depth > 0) this.#handler.text(text.slice(start + 9, end - 3))
      return end
    }
    if ('<![CDATA['.startsWith(mark)) return -1
    const end = text.indexOf('>', start)
    const subset = text.indexOf('[', start)
    return subset >= 0 && subset < end ? behind(text, ']>', subset) : end < 0 ? -1 : end + 1
  }
}

const behind = (text: string, mark: string, from: number): number => {
  const index = text.indexOf(mark, from)
  return index < 0 ? -1 : index + mark.length
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const GREATER = 62
const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39

function endOfTag(text: string, start: number): number {
  let quote = 0
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (quote !== 0) {
      if (code === quote) quote = 0
    } else if (code === GREATER) return index + 1
    else if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) quote = code
  }
  return -1
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const MAX_CODE_POINT = 0x10ffff

const decodeEntities = (text: string): string =>
  text.includes('&')
    ? text.replaceAll(/&(?:#x([\da-f]{1,8})|#(\d{1,8})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
        if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole
        const code = hex === undefined ? Number(decimal) : parseInt(String(hex), 16)
        return code <= MAX_CODE_POINT ? String.fromCodePoint(code) : whole
      })
    : text

/** A handler that collects values while the document is read. */
export interface XmlCollector<T> extends XmlHandler {
  /** What was read and not taken yet. */
  readonly rows: ReadRows<T>
  /** True where nothing more is wanted. */
  readonly isDone?: boolean
}

/** What a collector makes of a document, as soon as it is there. Throws Error for a document that is cut off. */
export async function* collected<T>(pieces: AsyncIterable<Uint8Array>, collector: XmlCollector<T>): AsyncGenerator<T> {
  const parser = new XmlParser(collector)
  for await (const text of decodeXml(pieces)) {
    parser.write(text)
    yield* collector.rows.take()
    if (collector.isDone) return
  }
  parser.end()
}

/** Reads a document to its end; several handlers are told the same. */
export async function readXml(pieces: AsyncIterable<Uint8Array>, ...handlers: readonly XmlHandler[]): Promise<void> {
  const parser = new XmlParser({
    open: (name, attributes) => handlers.forEach((handler) => handler.open(name, attributes)),
    close: (name) => handlers.forEach((handler) => handler.close(name)),
    text: (text) => handlers.forEach((handler) => handler.text(text)),
  })
  for await (const text of decodeXml(pieces)) parser.write(text)
  parser.end()
}

/** The text of a document in the encoding that its first bytes tell. */
async function* decodeXml(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const source = pieces[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done) return
  const encoding = encodingOfXml(first.value)
  const all = async function* () {
    yield first.value
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  }
  try {
    if (encoding === 'utf-8') return yield* decodePieces(all(), encoding)
    const decoder = new TextDecoder(encoding)
    for await (const piece of all()) yield decoder.decode(piece, { stream: true })
    yield decoder.decode()
  } finally {
    await source.return?.()
  }
}

/** A document's encoding by its byte order mark, its zero bytes or its declaration; UTF-8 where these tell nothing. */
export function encodingOfXml(beginning: Uint8Array): string {
  const [first, second] = beginning
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be'
  const start = new TextDecoder('latin1').decode(beginning.subarray(0, 256))
  const named = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']+)["']/.exec(start)?.[1]
  if (named === undefined || /^utf-?16/i.test(named)) return 'utf-8'
  try {
    return new TextDecoder(named).encoding
  } catch {
    return 'utf-8'
  }
}
