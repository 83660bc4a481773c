import { UserError, type DeviceInfo, type GpuPackState, type SystemInfo } from '../contract/index.ts'
import { text as textsOf } from '../../texts/index.ts'
import { reasonSentence } from '../../texts/sentences.ts'
import { parseArguments } from './arguments.ts'
import type { CliContext } from './context.ts'
import { stateLine } from './gpu-pack.ts'
import { gigabytes, text } from './print.ts'
import { language } from '../host/sentence.ts'

/** `terakoya doctor [--json]`: what this machine has, what computes here, and what is missing for the rest. */
export async function doctorCommand({ call }: CliContext, args: readonly string[]): Promise<number> {
  const { flags, rest } = parseArguments(args, [], [], ['json'])
  if (rest[0] !== undefined) throw new UserError('cli/usage', { problem: rest[0] })
  const info = await call('system.info', {})
  const gpuPack = await call('gpuPack.state', {})
  console.log(flags.has('json') ? JSON.stringify({ ...info, gpuPack }) : linesOf(info, gpuPack).join('\n'))
  return 0
}

function linesOf(info: SystemInfo, gpuPack: GpuPackState): string[] {
  const { names, choices } = textsOf(language()).devices
  return [
    `Terakoya Studio ${info.version}  ${info.platform}`,
    text('machine', {
      processor: info.processor,
      cores: info.coreCount,
      memory: gigabytes(info.memoryBytes),
      free: gigabytes(info.freeMemoryBytes),
    }),
    text('library', {
      folder: info.libraryFolder,
      free: info.freeDiskBytes === null ? '–' : gigabytes(info.freeDiskBytes),
    }),
    '',
    ...info.devices.map((device) => lineOf(device, device.kind === info.recommended.kind)),
    stateLine(gpuPack),
    '',
    text('recommended', { device: names[info.recommended.kind], why: choices[info.recommended.reason] }),
  ]
}

function lineOf(
  { kind, name, memoryBytes, freeMemoryBytes, available, reason, file }: DeviceInfo,
  isUsed: boolean,
): string {
  const { names, costs } = textsOf(language()).devices
  const free = freeMemoryBytes === undefined ? '' : text('freeMemory', { free: gigabytes(freeMemoryBytes) })
  const memory = memoryBytes === undefined ? '' : `  ${gigabytes(memoryBytes)}${free}`
  const state = reason
    ? reasonSentence(reason, file, language())
    : isUsed
      ? text('usable')
      : available
        ? costs[kind]
        : text('unusable')
  return `${available ? '○' : '×'} ${names[kind]}  ${name}${memory}\n    ${state}`
}
