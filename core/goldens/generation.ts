import type { GoldenFamily } from './family.ts'

export async function checkGeneration(_: GoldenFamily): Promise<{ name: string; wrong: number }[]> {
  return []
}
