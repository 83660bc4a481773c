import { z } from 'zod'
import { HubModelId, type CuratedModel, type CuratedModels, type ModelFit, type ModelId } from '../contract/index.ts'
import { readJsonObject } from '../files/json-file.ts'
import { supportedTypes } from '../models/family.ts'

const Sentence = z.string().min(1).max(200)

/** resources/hub-models.json: models for Japanese, by people who have looked at them. */
export const CuratedList = z.object({
  date: z.iso.date(),
  models: z
    .array(
      z.strictObject({
        id: HubModelId,
        parameterCount: z.number().int().positive(),
        downloadBytes: z.number().int().positive(),
        isApproximate: z.boolean(),
        licence: z.string().min(1).max(100),
        isGated: z.boolean(),
        family: z.string().refine((type) => supportedTypes().includes(type)),
        dtype: z.enum(['float32', 'float16', 'bfloat16']),
        goodFor: z.strictObject({ ja: Sentence, en: Sentence }),
        next: HubModelId.nullable(),
      }),
    )
    .min(1),
})

/** The curated models of a list with what they need here, the smallest first. */
export async function curatedModels(
  file: string,
  fitOf: (parameterCount: number) => Promise<ModelFit>,
  localIdOf: (id: HubModelId) => Promise<ModelId | null>,
): Promise<CuratedModels> {
  const { date, models } = CuratedList.parse(await readJsonObject(file))
  const found: CuratedModel[] = []
  for (const model of models.toSorted((a, b) => a.parameterCount - b.parameterCount))
    found.push({ ...model, fit: await fitOf(model.parameterCount), localId: await localIdOf(model.id) })
  return { date, models: found }
}
