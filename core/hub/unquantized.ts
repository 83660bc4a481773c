import { z } from 'zod'
import { HubModelId } from '../contract/index.ts'
import type { HubClient } from '../net/hub-client.ts'

/** How those who quantize models name theirs after the original. */
const SUFFIX =
  /[-_.](?:GGUF|gguf|GPTQ(?:[-_].*)?|gptq(?:[-_].*)?|AWQ(?:[-_].*)?|awq(?:[-_].*)?|bnb(?:-\d-?bit)?|(?:unsloth-)?bnb-\dbit|FP8(?:[-_].*)?|fp8(?:[-_].*)?|[48]-?bit(?:s)?|int[48]|Int[48]|INT[48]|w[48]a(?:8|16)|W[48]A(?:8|16)|MLX(?:[-_].*)?|mlx(?:[-_].*)?|nf4|NF4|q[48]|exl[23]|quantized(?:\.w.*)?)$/
/** Who quantizes models of others: the original has another owner. */
const MAX_TRIED = 3

/** Names that a quantized model's original may have: what card or files say first, then the name without its ending. */
export function originalsOf(id: HubModelId, baseModel: HubModelId | null): HubModelId[] {
  const names: HubModelId[] = baseModel ? [baseModel] : []
  let name: string = id
  while (SUFFIX.test(name)) {
    name = name.replace(SUFFIX, '')
    const parsed = HubModelId.safeParse(name)
    if (parsed.success && parsed.data !== id && !names.includes(parsed.data)) names.push(parsed.data)
  }
  return names.slice(0, MAX_TRIED)
}

const Found = z.object({ id: HubModelId, tags: z.array(z.string()).catch([]) })

/** The model that was quantized, where the Hub has it and it is not quantized itself; null where none is found. */
export async function unquantizedOf(
  client: HubClient,
  id: HubModelId,
  baseModel: HubModelId | null,
): Promise<HubModelId | null> {
  for (const original of originalsOf(id, baseModel)) {
    const found = await client.json(client.url(`api/models/${original}`), Found).catch(() => null)
    if (found && found.tags.every((tag) => !/^(gguf|awq|gptq|mlx|4-bit|8-bit)$/.test(tag))) return found.id
  }
  return null
}
