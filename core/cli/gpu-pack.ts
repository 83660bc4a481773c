import { UserError, type GpuPackProgress, type GpuPackState } from '../contract/index.ts'
import { parseArguments } from './arguments.ts'
import type { CliContext } from './context.ts'
import { gigabytes, text } from './print.ts'

/**
 * `terakoya gpu-pack [status | install | remove] [--folder F]`: what NVIDIA's GPUs need, looked for, brought or
 * removed.
 */
export async function gpuPackCommand(context: CliContext, args: readonly string[]): Promise<number> {
  const { options, rest } = parseArguments(args, ['folder'])
  const [act = 'status', ...more] = rest
  const command = Object.hasOwn(acts, act) && more.length === 0 ? acts[act as keyof typeof acts] : undefined
  if (!command) throw new UserError('cli/usage', { problem: `gpu-pack ${rest.join(' ')}` })
  if (options['folder'] !== undefined) await context.call('gpuPack.setFolder', { folder: options['folder'] })
  return command(context)
}

const acts = { status, install, remove }

async function status({ call }: CliContext): Promise<number> {
  const state = await call('gpuPack.state', {})
  console.log(stateLine(state))
  if (state.isSupported && !state.isInstalled) await printPlan({ call })
  return 0
}

async function install(context: CliContext): Promise<number> {
  await printPlan(context)
  let end = () => {}
  const interrupt = () => void context.call('gpuPack.cancel', {})
  process.once('SIGINT', interrupt)
  try {
    const last = await new Promise<GpuPackProgress>((resolve, reject) => {
      end = context.on('gpuPack.progress', (progress) => {
        printProgress(progress)
        if (['done', 'failed', 'cancelled'].includes(progress.state)) resolve(progress)
      })
      context.call('gpuPack.download', {}).catch(reject)
    })
    if (last.error) throw new UserError(last.error.code, last.error.facts)
    console.log(last.state === 'done' ? stateLine(await context.call('gpuPack.state', {})) : text('stopped'))
    return last.state === 'done' ? 0 : 1
  } finally {
    process.off('SIGINT', interrupt)
    end()
  }
}

async function remove({ call }: CliContext): Promise<number> {
  console.log(stateLine(await call('gpuPack.remove', {})))
  return 0
}

/** What there is, in a line; also for `doctor`. */
export function stateLine({ isSupported, isInstalled, folder, sizeBytes }: GpuPackState): string {
  if (!isSupported) return text('packUnsupported')
  return isInstalled ? text('packInstalled', { folder, size: gigabytes(sizeBytes) }) : text('packAbsent', { folder })
}

async function printPlan({ call }: Pick<CliContext, 'call'>): Promise<void> {
  const { parts, downloadBytes } = await call('gpuPack.plan', {})
  for (const { name, sizeBytes, foundAt } of parts)
    console.log(`  ${name}  ${foundAt === null ? gigabytes(sizeBytes) : text('packFound', { file: foundAt })}`)
  console.log(text('packDownload', { size: gigabytes(downloadBytes) }))
}

function printProgress({ state, part, receivedBytes, totalBytes, remainingSeconds }: GpuPackProgress): void {
  if (!process.stdout.isTTY) return
  const share = totalBytes > 0 ? Math.floor((receivedBytes / totalBytes) * 100) : 0
  const line =
    state === 'downloading'
      ? text('packProgress', { part, share, remaining: remainingSeconds === null ? '–' : Math.ceil(remainingSeconds) })
      : state === 'checking' || state === 'unpacking'
        ? text(state === 'checking' ? 'packChecking' : 'packUnpacking', { part })
        : ''
  process.stdout.write(`\r\u001b[K${line}`)
}
