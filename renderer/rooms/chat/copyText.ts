import i18next from 'i18next'
import { toast } from '../../ui/index.ts'

/** Puts a text on the clipboard, and says so. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  toast(i18next.t('common:copied'))
}
