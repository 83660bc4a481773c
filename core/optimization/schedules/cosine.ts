import type { Schedule } from '../schedule.ts'

/** Half a period of a cosine (Loshchilov & Hutter 2017). */
export const cosine: Schedule = {
  title: 'Cosine',
  decays: true,
  // ½ (1 + cos πt)
  share: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
}
