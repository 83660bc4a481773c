// A process of its own that a test starts and kills: `lock-process FOLDER` waits for a message, tries to become the
// library's writer, and says which it is.
import { acquireLock, LibraryLock } from '../library-lock.ts'

const [folder = ''] = process.argv.slice(2)
process.once('message', () => {
  void acquireLock({ folder, kind: 'web', onLost: () => undefined }).then((found) =>
    process.send?.(found instanceof LibraryLock ? 'writer' : 'reader'),
  )
})
process.send?.('ready')
setInterval(() => undefined, 1000)
