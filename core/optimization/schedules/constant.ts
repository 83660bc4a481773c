import type { Schedule } from '../schedule.ts'

export const constant: Schedule = { title: { ja: '一定', en: 'Constant' }, decays: false, share: () => 1 }
