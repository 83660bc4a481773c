import { toastError } from './toastError.tsx'

/**
 * Opens what lies outside of the window: a link in the user's browser, a folder of the library in the file manager. A
 * refusal is shown.
 */
export async function openOutside(target: string): Promise<void> {
  const opened = await window.studio.openOutside(target)
  if (!opened.ok) toastError(opened.error)
}
