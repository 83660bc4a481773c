import type { Schedule } from '../schedule.ts'

export const constant: Schedule = { title: 'Constant', decays: false, share: () => 1 }
