// An engine process on a faulty disk: see core/files/testing/faulty-disk.ts.
import { diskOfEnvironment } from '../../files/testing/faulty-disk.ts'
import { useDisk } from '../../files/disk.ts'
import { runEngine } from '../../engine/engine-service.ts'

useDisk(diskOfEnvironment(process.env['TERAKOYA_TEST_WITHIN'] ?? ''))
process.once('disconnect', () => process.exit(0))
runEngine({
  send: (message) => void process.send?.(message as object),
  onMessage: (listener) => void process.on('message', listener),
})
