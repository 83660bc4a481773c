import type { Schedule } from '../schedule.ts'

export const linear: Schedule = { title: 'Linear', decays: true, share: (progress) => 1 - progress }
