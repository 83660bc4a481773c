import {
  deviceChoices,
  deviceCosts,
  deviceNames,
  reasonSentence,
  UserError,
  type DeviceInfo,
  type GpuPackState,
  type SystemInfo,
} from '../contract/index.ts'
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
  const spoken = language()
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
    text('recommended', {
      device: deviceNames[info.recommended.kind][spoken],
      why: deviceChoices[info.recommended.reason][spoken],
    }),
  ]
}

function lineOf(
  { kind, name, memoryBytes, freeMemoryBytes, available, reason, file }: DeviceInfo,
  isUsed: boolean,
): string {
  const spoken = language()
  const free = freeMemoryBytes === undefined ? '' : text('freeMemory', { free: gigabytes(freeMemoryBytes) })
  const memory = memoryBytes === undefined ? '' : `  ${gigabytes(memoryBytes)}${free}`
  const state = reason
    ? reasonSentence(reason, file, spoken)
    : isUsed
      ? text('usable')
      : available
        ? deviceCosts[kind][spoken]
        : text('unusable')
  return `${available ? '○' : '×'} ${deviceNames[kind][spoken]}  ${name}${memory}\n    ${state}`
}
