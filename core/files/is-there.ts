import { access } from 'node:fs/promises'

/** True where something of that name is there, whatever it is; links are followed. */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
