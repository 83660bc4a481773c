import { fileURLToPath } from 'node:url'

/** The project's folder: the torture runs from .cache/torture-main-ts. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The bundled preload; scripts/torture.mjs builds it and says where it is. */
export const preloadFile = (): string => process.env['TORTURE_PRELOAD'] ?? ''
