import type { Attack } from '../harness/attack.ts'
import { clients } from './clients.ts'
import { disk } from './disk/index.ts'
import { files } from './files/index.ts'
import { frames } from './frames/index.ts'
import { kills } from './kills/index.ts'
import { payloads } from './payloads/index.ts'
import { soak } from './soak.ts'

/** Every attack, in the order in which they run. */
export const attacks: readonly Attack[] = [kills, disk, frames, payloads, files, clients, soak]
