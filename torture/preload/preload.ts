// Loaded into every process of a studio under attack (NODE_OPTIONS=--import): faults at the file system's border,
// another clock, and answers to measurements.
import { basename } from 'node:path'
import { shiftClock } from './clock.ts'
import { answerHarness } from './measurements.ts'
import { putFaultsInPlace } from './faulty-files.ts'

/** Which process of the studio this is, by its entry file: host, engine, reader. */
const entry = basename(process.argv[1] ?? '').replace(/\.\w+$/, '')
const role = entry === 'cli' ? 'host' : entry

shiftClock(Number(process.env['TORTURE_CLOCK_MS'] ?? 0))
const cutPower =
  process.env['TORTURE_FOLDER'] === undefined ? () => undefined : putFaultsInPlace(role, process.env['TORTURE_FOLDER'])
if (role === 'host') answerHarness(cutPower)
