import { deviceChoices, deviceNames, deviceReasons, UserError, type DeviceInfo, type SystemInfo } from '../contract/index.ts'
import { parseArguments } from './arguments.ts'
import type { CliContext } from './context.ts'
import { language, text } from './print.ts'

/** `terakoya doctor [--json]`: what this machine has, what computes here, and what is missing for the rest. */
export async function doctorCommand({ call }: CliContext, args: readonly string[]): Promise<number> {
  const { flags, rest } = parseArguments(args, [], [], ['json'])
  if (rest[0] !== undefined) throw new UserError('cli/usage', { problem: rest[0] })
  const info = await call('system.info', {})
  console.log(flags.has('json') ? JSON.stringify(info) : linesOf(info).join('\n'))
  return 0
}

const GIB = 2 ** 30
const gigabytes = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GB`

function linesOf(info: SystemInfo): string[] {
  const spoken = language()
  return [
    `Terakoya Studio ${info.version}  ${info.platform}`,
    text('machine', { processor: info.processor, cores: info.coreCount, memory: gigabytes(info.memoryBytes), free: gigabytes(info.freeMemoryBytes) }),
    text('library', { folder: info.libraryFolder, free: gigabytes(info.freeDiskBytes) }),
    '',
    ...info.devices.map(lineOf),
    '',
    text('recommended', { device: deviceNames[info.recommended.kind][spoken], why: deviceChoices[info.recommended.reason][spoken] }),
  ]
}

function lineOf({ kind, name, memoryBytes, available, reason }: DeviceInfo): string {
  const spoken = language()
  const memory = memoryBytes === undefined ? '' : `  ${gigabytes(memoryBytes)}`
  const state = available ? text('usable') : reason ? deviceReasons[reason][spoken] : text('unusable')
  return `${available ? '○' : '×'} ${deviceNames[kind][spoken]}  ${name}${memory}\n    ${state}`
}
