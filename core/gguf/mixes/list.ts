import { plainMix } from './mix.ts'

export const f32 = plainMix('F32', 0)
export const f16 = plainMix('F16', 1)
export const bf16 = plainMix('BF16', 32)
export const q8_0 = plainMix('Q8_0', 7)
export { q4_0 } from './q4-0.ts'
export { q4_k_m } from './q4-k-m.ts'
