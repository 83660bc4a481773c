import { readTensor } from '../checkpoints/index.ts'
import { UserError, type SettingValues } from '../contract/index.ts'
import { toOnnx } from '../graph/onnx/writer.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora, type LayoutOptions, type LoraLayout } from '../models/lora.ts'
import { magnitudesProgram } from '../models/programs.ts'
import { usedWeights } from '../models/weight-names.ts'
import type { Device } from '../runtime/index.ts'
import type { ModelFiles } from '../weights/model-files.ts'
import { sessionOptionsFor, type ResidentWeights } from '../weights/resident.ts'
import { initialLora } from './lora-init.ts'

/**
 * Lays out what an experiment trains: LoRA, whole layers beside it, or every weight. Throws UserError for unknown
 * targets, and for bits that cannot be trained.
 */
export function trainableLayout(model: ModelFiles, settings: SettingValues): LoraLayout {
  const quantized =
    settings['architecture.backbone_dtype'] === 'int8' || settings['architecture.backbone_dtype'] === 'int4'
  const shaped = (names: readonly string[]) =>
    names.map((name) => ({ name, shape: model.weights.get(name)?.shape ?? [] }))
  if (!settings['training.lora']) {
    if (quantized) throw new UserError('training/quantized-full', { dtype: settings['architecture.backbone_dtype'] })
    return layOutLora([], { rank: 1, alpha: 1, fullWeights: shaped(usedWeights(model)) })
  }
  const { embedding, head } = model.architecture
  const layers = settings['training.lora_unfreeze_layers']
  const names = [
    ...(layers.includes('embed') ? [embedding] : []),
    ...(layers.includes('head') ? [head((name) => model.weights.has(name))] : []),
  ]
  const options: LayoutOptions = {
    rank: settings['training.lora_r'],
    alpha: settings['training.lora_alpha'],
    rankStabilised: settings['training.use_rslora'],
    magnitudes: settings['training.use_dora'],
    fullWeights: shaped([...new Set(names)]),
  }
  return layOutLora(loraTargets(model.architecture, settings['training.lora_target_modules']), options)
}

/**
 * p at the start: LoRA that changes nothing yet, DoRA's magnitudes as the weights have them, and whole weights as the
 * checkpoint has them.
 */
export async function initialTrainable(
  model: ModelFiles,
  layout: LoraLayout,
  seed: number,
  { device, resident }: { readonly device: Device; readonly resident: ResidentWeights },
): Promise<Float32Array<ArrayBuffer>> {
  const p = initialLora(layout, seed)
  for (const { name, place } of layout.fullWeights) {
    const stored = model.stored.get(name)
    if (stored) p.set(await readTensor(model.folder, stored), place.offset)
  }
  if (layout.slots.some(({ magnitude }) => magnitude)) await fillMagnitudes(p, model, layout, { device, resident })
  return p
}

async function fillMagnitudes(
  p: Float32Array,
  model: ModelFiles,
  layout: LoraLayout,
  { device, resident }: { readonly device: Device; readonly resident: ResidentWeights },
): Promise<void> {
  const graph = toOnnx(magnitudesProgram(resident.source(model), layout), {
    provider: device.kind,
    weights: resident.kind,
  })
  const session = await device.createSession(graph, { weightsFolder: model.folder, ...sessionOptionsFor(resident) })
  const outputs = layout.slots.map(({ module }) => device.tensor('float32', [module.outSize]))
  const inputs = Object.fromEntries(
    session.inputs.map(({ name }) => [name, resident.tensors[name] as NonNullable<(typeof resident.tensors)[string]>]),
  )
  const binding = session.bind({
    inputs,
    outputs: Object.fromEntries(outputs.map((tensor, index) => [`norms${index}`, tensor])),
  })
  try {
    await binding.run()
    for (const [index, slot] of layout.slots.entries())
      if (slot.magnitude) p.set(await (outputs[index] as (typeof outputs)[number]).read(), slot.magnitude.offset)
  } finally {
    for (const resource of [binding, ...outputs, session]) resource.dispose()
  }
}
