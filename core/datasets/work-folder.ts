import { basename, join } from 'node:path'

/**
 * Folder beside the datasets for what is there only while it is used: drafts, rows on their way, what does not fit into
 * memory. Emptied at every start.
 */
export const WORK_FOLDER = '.work'

/** The work folder of a folder of datasets, or of itself. */
export const workFolderOf = (folder: string): string =>
  basename(folder) === WORK_FOLDER ? folder : join(folder, WORK_FOLDER)
