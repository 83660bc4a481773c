import { join } from 'node:path'
import { parse } from 'yaml'
import { readRegularFile } from '../files/regular-file.ts'

/** Longer cards and notices are cut. */
const MAX_TEXT_BYTES = 2_000_000
/** Front matter is a page; the longest published ones list some hundred languages. */
const MAX_FRONT_MATTER_LENGTH = 100_000
const MAX_LICENCE_LENGTH = 100

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([^]*?)\r?\n---[ \t]*(?:\r?\n|$)/

/** The model card without its front matter, and the notice; '' for a file that is not there or cannot be read. */
export async function readTexts(folder: string): Promise<{ card: string; notice: string }> {
  const [card, notice] = await Promise.all([readText(join(folder, 'README.md')), readText(join(folder, 'NOTICE'))])
  return {
    card: card
      .replace(FRONT_MATTER, '')
      .replace(/^\uFEFF/, '')
      .trimStart(),
    notice,
  }
}

/** The licence that the card names; '' where it names none. `license: other` has its name beside it. */
export async function readLicence(folder: string): Promise<string> {
  const values = frontMatterOf(await readText(join(folder, 'README.md')))
  const text = [values['license_name'], values['license']]
    .flat()
    .find((value) => typeof value === 'string' && value !== '')
  return typeof text === 'string' ? text.slice(0, MAX_LICENCE_LENGTH) : ''
}

/** What a card says about itself; nothing where it cannot be read. A model does not depend on its card. */
export function frontMatterOf(card: string): Readonly<Record<string, unknown>> {
  const block = FRONT_MATTER.exec(card)?.[1] ?? ''
  if (block.length > MAX_FRONT_MATTER_LENGTH) return {}
  try {
    // YAML knows no tabs at the beginning of a line. Of a key that is there twice the last counts.
    const values: unknown = parse(block.replace(/^[\t ]*\t/gm, '  '), {
      uniqueKeys: false,
      maxAliasCount: 100,
      logLevel: 'silent',
      schema: 'core',
    })
    return typeof values === 'object' && values !== null && !Array.isArray(values)
      ? (values as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}

const readText = (file: string): Promise<string> =>
  readRegularFile(file, { maxBytes: MAX_TEXT_BYTES, cut: true }).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  )
