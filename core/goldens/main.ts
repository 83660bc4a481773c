// `npm run goldens -- <folder>`: checks recorded numbers of model families, tokenizers, metrics and torch files, and
// prints a line for each.
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { checkTextMetrics } from './text-metrics.ts'
import { openRuntime } from '../runtime/index.ts'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import { checkTokenizerFolder } from './tokenizer-folder.ts'
import { checkTorchFolder } from './torch-files.ts'
import { checkFamily, type Check } from './family.ts'

const METRIC_LIMIT = 1e-6
const devices = ['cpu', 'webgpu', 'cuda'] as const
type GoldenDevice = (typeof devices)[number]

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** A line that says how far each check was off; false where one went too far. */
function report(name: string, checks: readonly Check[]): boolean {
  const failed = checks.filter(({ worst, limit }) => !(worst <= limit))
  const text = checks.map(
    ({ name: check, worst, limit, steps }) =>
      `${check} ${limit === 0 ? worst : worst.toExponential(1)}${steps === undefined ? '' : ` (${steps} steps)`}${worst <= limit ? '' : ' TOO FAR'}`,
  )
  console.log(`${failed.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${text.join(', ')}`)
  return failed.length === 0
}

async function checkEntry(folder: string, deviceKind: GoldenDevice): Promise<boolean | null> {
  const has = (file: string) => exists(join(folder, file))
  if (await has('tokenizer_expected.json')) {
    const { lines, wrong } = await checkTokenizerFolder(folder)
    return report(`tokenizer ${basename(folder)}`, [{ name: `wrong of ${lines} lines`, worst: wrong, limit: 0 }])
  }
  if ((await has('pytorch_model.bin')) && (await has('expected.json'))) {
    const { tensors, wrong } = await checkTorchFolder(folder)
    return report(basename(folder), [{ name: `wrong of ${tensors} tensors`, worst: wrong, limit: 0 }])
  }
  if ((await has('config.json')) && (await has('expected.json'))) {
    const runtime = deviceKind === 'webgpu' ? (openRuntimeWithSoftwareGpu() ?? openRuntime()) : openRuntime()
    return report(basename(folder), await checkFamily(folder, runtime.device(deviceKind)))
  }
  return null
}

/** Checks whatever of the folder is a golden; false where something is off, or nothing was there. */
export async function checkGoldens(folder: string, deviceKind: GoldenDevice): Promise<boolean> {
  const nested = (await exists(join(folder, 'tokenizers')))
    ? (await readdir(join(folder, 'tokenizers'))).map((name) => join('tokenizers', name))
    : []
  const results: boolean[] = []
  for (const name of [...(await readdir(folder)), ...nested, '.']) {
    try {
      const result = await checkEntry(join(folder, name), deviceKind)
      if (result !== null) results.push(result)
    } catch (error) {
      const told = error as { error?: unknown }
      console.log(`FAILED ${name}: ${told.error ? JSON.stringify(told.error) : String(error)}`)
      results.push(false)
    }
  }
  const metrics = join(folder, 'text_metrics.json')
  if (await exists(metrics)) {
    const { pairs, worst } = await checkTextMetrics(metrics)
    results.push(report('text metrics', [{ name: `furthest of ${pairs} pairs`, worst, limit: METRIC_LIMIT }]))
  }
  if (results.length === 0) console.log(`no goldens in ${folder}`)
  return results.length > 0 && results.every(Boolean)
}

const [folder, deviceKind = 'cpu'] = process.argv.slice(2)
if (folder === undefined || !(devices as readonly string[]).includes(deviceKind)) {
  console.log('npm run goldens -- <folder> [cpu | webgpu | cuda]')
  process.exitCode = 2
} else process.exitCode = (await checkGoldens(resolve(folder), deviceKind as GoldenDevice)) ? 0 : 1
