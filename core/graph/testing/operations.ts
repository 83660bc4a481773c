import type { Operation } from '../ir.ts'
import * as ops from '../ops/index.ts'

/** Every op of the list: what it exports besides functions. */
export const operations: readonly Operation[] = Object.values<object>(ops).filter(
  (exported): exported is Operation => typeof exported !== 'function',
)
