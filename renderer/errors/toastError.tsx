import type { AppError } from '../../core/contract/index.ts'
import { errorSentence, useLanguage } from '../language/index.ts'
import { toastFailure } from '../ui/index.ts'
import { isDisconnected } from './disconnected.ts'

/** Words an error that has no place of its own in the view; stays until it is closed. */
export function toastError(error: AppError): void {
  if (!isDisconnected(error)) toastFailure(<Sentence error={error} />, JSON.stringify(error))
}

/** Follows the language of the interface while it is shown. */
const Sentence = ({ error }: { readonly error: AppError }) => errorSentence(error, useLanguage())
