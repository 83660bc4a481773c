import i18next from 'i18next'
import { MAX_QUESTION_CHARACTERS } from '../../../core/contract/index.ts'
import { toastFailure } from '../../ui/index.ts'
import { useChat } from './chat.store.ts'

/** Larger files are no question. */
const MAX_BYTES = 1_000_000

/** The text of a file in UTF-8 (also with a byte order mark), UTF-16 with one, or Shift_JIS; null for another. */
export async function readTextFile(file: File): Promise<string | null> {
  if (file.size > MAX_BYTES) return null
  const bytes = new Uint8Array(await file.arrayBuffer())
  for (const encoding of encodingsOf(bytes)) {
    const text = decode(bytes, encoding)
    if (text !== null) return text.replaceAll('\r\n', '\n')
  }
  return null
}

function encodingsOf([first, second]: Uint8Array): string[] {
  if (first === 0xff && second === 0xfe) return ['utf-16le']
  if (first === 0xfe && second === 0xff) return ['utf-16be']
  return ['utf-8', 'shift_jis']
}

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    // Control characters do not occur in texts.
    return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text
  } catch {
    return null
  }
}

/** Puts the texts of dropped files behind the draft. */
export async function takeFiles({ files }: DataTransfer): Promise<void> {
  for (const file of [...files]) {
    const text = await readTextFile(file)
    const { draft } = useChat.getState()
    const joined = draft === '' ? (text ?? '') : `${draft}\n${text ?? ''}`
    if (text === null || joined.length > MAX_QUESTION_CHARACTERS)
      toastFailure(i18next.t('chat:drop.notText', { name: file.name }), `chat.drop.${file.name}`)
    else useChat.setState({ draft: joined })
  }
}
