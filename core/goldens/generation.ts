import { defaultSettings, generationSettingsOf, type GenerationSettings } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import type { GoldenFamily } from './family.ts'

/** What each recorded generation was made with. */
const ways: Readonly<Record<string, Partial<GenerationSettings>>> = {
  greedy: {},
  'greedy_rep1.2': { 'prediction.repetition_penalty': 1.2 },
  'beam2_rep1.2_min4': {
    'prediction.num_beams': 2,
    'prediction.repetition_penalty': 1.2,
    'prediction.min_length_inference': 4,
  },
  beam4: { 'prediction.num_beams': 4 },
  'beam3_lenpen0.6': { 'prediction.num_beams': 3, 'prediction.length_penalty': 0.6 },
}

/** How many tokens of each recorded way of generating differ. */
export async function checkGeneration({
  device,
  expected,
  model,
  resident,
}: GoldenFamily): Promise<{ name: string; wrong: number }[]> {
  const { prompt, max_new_tokens: maxNewTokens, outputs } = expected.generate
  const endTokens = new Set([model.config['eos_token_id']].flat().filter((id): id is number => typeof id === 'number'))
  const generator = await Generator.open({ ...model, tokenizer: null, endTokens }, device, null, resident)
  try {
    const found: { name: string; wrong: number }[] = []
    for (const [name, wanted] of Object.entries(outputs)) {
      const way = ways[name]
      if (!way) continue
      const [answer] = await generator.generate(
        {
          prompts: [prompt],
          settings: {
            ...generationSettingsOf(defaultSettings()),
            'prediction.max_length_inference': maxNewTokens,
            ...way,
          },
        },
        null,
      )
      const tokens = answer?.tokens ?? []
      const end = wanted.findIndex((id) => endTokens.has(id))
      const kept = end < 0 ? wanted : wanted.slice(0, end)
      found.push({
        name,
        wrong: Array.from({ length: Math.max(tokens.length, kept.length) }, (_, index) =>
          Number(tokens[index] !== kept[index]),
        ).reduce((sum, one) => sum + one, 0),
      })
    }
    return found
  } finally {
    generator.dispose()
  }
}
