// Changes entries of a JSON object and keeps every number as it is written: Python tells 1.0 from 1.
import { readJsonObject } from '../files/json-file.ts'
import { readRegularFile } from '../files/regular-file.ts'

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
/** Stands before a number that is a string for the moment; no file's own string begins so. */
const MARK = '\uE000number:'
const MARKED = new RegExp(`"${MARK}([^"]+)"`, 'g')

/**
 * The text of a JSON file with some entries changed, or removed where they are undefined. Throws UserError as
 * readJsonObject.
 */
export async function editedJson(
  file: string,
  changes: Readonly<Record<string, unknown>>,
  maxBytes: number,
): Promise<string> {
  // It refuses what is no object, or nests too deep.
  await readJsonObject(file, { maxBytes })
  const text = (await readRegularFile(file, { maxBytes })).toString('utf8').replace(/^\uFEFF/, '')
  const marked = text.replaceAll(TOKEN, (token) => (token.startsWith('"') ? token : `"${MARK}${token}"`))
  const value = { ...(JSON.parse(marked) as object), ...changes }
  return `${JSON.stringify(value, null, 2).replaceAll(MARKED, '$1')}\n`
}
