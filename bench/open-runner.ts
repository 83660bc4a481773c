import type { SettingValues } from '../core/contract/index.ts'
import type { LoadedModel } from '../core/generation/loaded-model.ts'
import type { Device } from '../core/runtime/index.ts'
import { optimizers } from '../core/training/optimizers/index.ts'
import { residentWeights } from '../core/training/setup.ts'
import { StepRunner } from '../core/training/step-runner.ts'
import { initialTrainable, trainableLayout } from '../core/training/trainable.ts'

const SEED = 1

type Options = Omit<
  Parameters<typeof StepRunner.open>[0],
  'model' | 'device' | 'layout' | 'optimizer' | 'weightDecay' | 'seed' | 'resident'
>

/**
 * AdamW over what the settings train of a model, at the values that a run begins with. The caller disposes of the
 * runner, then of the resident weights. `opened` is called when sessions are open and weights lie on the device.
 */
export async function openRunner(
  {
    model,
    device,
    settings,
    opened,
  }: { model: LoadedModel; device: Device; settings: SettingValues; opened?: () => void },
  options: Options,
) {
  const layout = trainableLayout(model, settings)
  const resident = residentWeights(model, device, settings)
  const fixed = { optimizer: optimizers.AdamW, weightDecay: 0, seed: SEED }
  const runner = await StepRunner.open({ model, device, layout, resident, ...fixed, ...options })
  opened?.()
  runner.p.write(await initialTrainable(model, layout, SEED, { device, resident }))
  return { runner, resident }
}
