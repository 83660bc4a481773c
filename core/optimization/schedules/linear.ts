import type { Schedule } from '../schedule.ts'

export const linear: Schedule = {
  title: { ja: '直線（一定の割合で下げる）', en: 'Linear' },
  decays: true,
  share: (progress) => 1 - progress,
}
