import { UserError } from '../../contract/index.ts'
import { builtInFormat } from './number-formats.ts'
import type { FileContents } from './table-format.ts'
import { resolvePath, WorkbookParts } from './workbook-parts.ts'
import { readXml, type XmlAttributes, type XmlHandler } from './xml-parser.ts'

export interface XlsxSheet {
  readonly name: string
  readonly isHidden: boolean
  /** The path of its part. */
  readonly part: string
}

/** What the cells of an XLSX workbook refer to. */
export interface XlsxBook {
  readonly parts: WorkbookParts
  readonly sheets: readonly XlsxSheet[]
  readonly is1904: boolean
  readonly texts: readonly string[]
  /** The codes of the number formats, in the order of the cells' styles. */
  readonly formats: readonly string[]
}

interface Relation {
  readonly id: string
  /** The last step of its type: Excel's usual and strict names differ before it. */
  readonly type: string
  readonly path: string
}

/** Opens the parts around the sheets; null where the ZIP holds no XLSX workbook. Throws where one of them is damaged. */
export async function openXlsxBook(bytes: Uint8Array, file: FileContents): Promise<XlsxBook | null> {
  const parts = new WorkbookParts(bytes, file)
  const root = (await relationsOf(parts, '')).find(({ type }) => type === 'officeDocument')?.path
  const path = root !== undefined && parts.has(root) ? root : parts.find(/^\/?xl[/\\]workbook\.xml$/i)
  if (path === undefined || !path.toLowerCase().endsWith('.xml')) return null
  const relations = await relationsOf(parts, path)
  const outline = new Outline()
  await readXml(parts.pieces(path), outline)
  if (!outline.isWorkbook) return null
  const partOf = (type: string, usual: string) => relations.find((one) => one.type === type)?.path ?? usual
  const texts = new SharedTexts()
  const styles = new Styles()
  const read = async (part: string, handler: XmlHandler) => {
    if (parts.has(part)) await readXml(parts.pieces(part), handler)
  }
  await read(partOf('sharedStrings', resolvePath(path, 'sharedStrings.xml')), texts)
  await read(partOf('styles', resolvePath(path, 'styles.xml')), styles)
  return {
    parts,
    sheets: sheetsOf(outline, relations, path),
    is1904: outline.is1904,
    texts: texts.texts,
    formats: styles.formats(),
  }
}

/** Sheets of charts and dialogs hold no cells. */
function sheetsOf(outline: Outline, relations: readonly Relation[], path: string): XlsxSheet[] {
  return outline.sheets.flatMap(({ name, id, isHidden }, index) => {
    const relation = relations.find((one) => one.id === id)
    if (relation && relation.type !== 'worksheet') return []
    return [{ name, isHidden, part: relation?.path ?? resolvePath(path, `worksheets/sheet${index + 1}.xml`) }]
  })
}

async function relationsOf(parts: WorkbookParts, path: string): Promise<Relation[]> {
  const [, folder = '', name = ''] = /^(.*\/)?([^/]*)$/.exec(path) ?? []
  const relations: Relation[] = []
  const file = `${folder}_rels/${name}.rels`
  if (!parts.has(file)) return []
  try {
    await readXml(parts.pieces(file), {
      open(tag, attributes) {
        if (tag !== 'Relationship' || attributes.get('TargetMode') === 'External') return
        relations.push({
          id: attributes.get('Id') ?? '',
          type: (attributes.get('Type') ?? '').split('/').at(-1) ?? '',
          path: resolvePath(path, attributes.get('Target') ?? ''),
        })
      },
      close: ignore,
      text: ignore,
    })
  } catch (error) {
    // The usual paths take the place of those that a damaged part does not tell.
    if (error instanceof UserError) throw error
  }
  return relations
}

const ignore = (): void => undefined

export const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true' || value === 'on'

/** xl/workbook.xml: the sheets and their calendar. */
class Outline implements XmlHandler {
  isWorkbook = false
  is1904 = false
  readonly sheets: { readonly name: string; readonly id: string; readonly isHidden: boolean }[] = []

  open(tag: string, attributes: XmlAttributes): void {
    if (tag === 'workbook') this.isWorkbook = true
    else if (tag === 'workbookPr') this.is1904 ||= isTrue(attributes.get('date1904'))
    else if (tag === 'sheet')
      this.sheets.push({
        name: attributes.get('name') ?? '',
        id: attributes.get('id') ?? '',
        isHidden: /hidden$/i.test(attributes.get('state') ?? ''),
      })
  }

  close(): void {}
  text(): void {}
}

/** Excel writes characters that XML cannot hold so: _x000D_ is a carriage return. */
export const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replaceAll(/_x([\dA-F]{4})_/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    : text

/** The text of a cell or of a shared text (CT_Rst): all its runs, but not their reading in kana. */
export class RichText {
  #text = ''
  #isInText = false
  #isReading = false

  open(tag: string): void {
    if (tag === 'rPh') this.#isReading = true
    else if (tag === 't') this.#isInText = !this.#isReading
  }

  close(tag: string): void {
    if (tag === 'rPh') this.#isReading = false
    else if (tag === 't') this.#isInText = false
  }

  add(text: string): void {
    if (this.#isInText) this.#text += text
  }

  /** The text; begins the next one. */
  take(): string {
    const text = this.#text
    this.#text = ''
    this.#isInText = this.#isReading = false
    return unescaped(text)
  }
}

/** Excel 2007 had another name before it appeared. */
const isTextItem = (tag: string): boolean => tag === 'si' || tag === 'sstItem'

/** xl/sharedStrings.xml. */
class SharedTexts implements XmlHandler {
  readonly texts: string[] = []
  readonly #rich = new RichText()

  open(tag: string): void {
    if (!isTextItem(tag)) this.#rich.open(tag)
  }

  close(tag: string): void {
    if (isTextItem(tag)) this.texts.push(this.#rich.take())
    else this.#rich.close(tag)
  }

  text(text: string): void {
    this.#rich.add(text)
  }
}

/** xl/styles.xml: only the number formats. */
class Styles implements XmlHandler {
  readonly #codes = new Map<number, string>()
  readonly #ids: number[] = []
  #list = ''

  open(tag: string, attributes: XmlAttributes): void {
    if (tag === 'numFmts' || tag === 'cellXfs') this.#list = tag
    else if (tag === 'numFmt' && this.#list === 'numFmts')
      this.#codes.set(Number(attributes.get('numFmtId')), attributes.get('formatCode') ?? '')
    else if (tag === 'xf' && this.#list === 'cellXfs') this.#ids.push(Number(attributes.get('numFmtId') ?? 0))
  }

  close(tag: string): void {
    if (tag === this.#list) this.#list = ''
  }

  text(): void {}

  formats(): string[] {
    return this.#ids.map((id) => this.#codes.get(id) ?? builtInFormat(id))
  }
}
