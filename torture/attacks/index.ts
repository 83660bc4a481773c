import type { Attack } from '../harness/attack.ts'
import { disk } from './disk/index.ts'
import { frames } from './frames/index.ts'
import { kills } from './kills/index.ts'

/** Every attack, in the order in which they run. */
export const attacks: readonly Attack[] = [kills, disk, frames]
