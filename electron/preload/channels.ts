/** Names of the messages between the window and the main process. */
export const channels = {
  call: 'studio:call',
  event: 'studio:event',
  pickFile: 'studio:pick-file',
  pickFolder: 'studio:pick-folder',
  adoptFile: 'studio:adopt-file',
  pickSave: 'studio:pick-save',
  openOutside: 'studio:open-outside',
} as const
