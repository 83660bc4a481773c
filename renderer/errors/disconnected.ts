import type { AppError } from '../../core/contract/index.ts'

/** True where the host is lost: that is told once, above everything, and not where something was asked of it. */
export const isDisconnected = ({ code }: AppError): boolean => code === 'web/disconnected'
